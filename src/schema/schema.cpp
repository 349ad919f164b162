#include "schema/schema.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "schema/load_files.hpp"
#include "schema/name_index.hpp"
#include "schema/plain_text.hpp"
#include "schema/read_candidates.hpp"
#include "schema/unknown_names.hpp"

namespace octane::schema {
namespace {

using google::protobuf::ServiceDescriptor;

base::Result<std::vector<Candidate>> read_all(const std::vector<std::filesystem::path>& directories) {
    std::vector<Candidate> all;
    for (const auto& directory : directories) {
        auto candidates = read_directory(directory);
        if (!candidates) return std::move(candidates).error();
        std::move(candidates->begin(), candidates->end(), std::back_inserter(all));
    }
    return all;
}

// Of the files that only others import, those that are wanted.
void add_imported(std::vector<Candidate>& own, std::vector<Candidate> others) {
    std::map<std::string, Candidate*> known;
    for (auto& file : others) known.emplace(file.name, &file);  // of two with one name the earlier
    std::set<std::string> have;
    for (const auto& file : own) have.insert(file.name);
    for (std::size_t i = 0; i < own.size(); ++i) {
        const std::vector<std::string> wanted(own[i].contents.dependency().begin(), own[i].contents.dependency().end());
        for (const auto& name : wanted) {
            const auto found = known.find(name);
            if (found == known.end() || !have.insert(name).second) continue;
            own.push_back(std::move(*found->second));
            own.back().is_only_imported = true;
        }
    }
}

std::vector<const ServiceDescriptor*> sorted_services(const LoadedFiles& loaded) {
    std::vector<const ServiceDescriptor*> services;
    for (const auto* file : loaded.files) {
        if (loaded.only_imported.contains(file->name())) continue;
        for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
    }
    std::sort(services.begin(), services.end(),
              [](const auto* left, const auto* right) { return left->full_name() < right->full_name(); });
    return services;
}

base::Error nothing_loads(const LoadedFiles& loaded) {
    std::string message = "no file of the schema can be loaded";
    if (!loaded.problems.empty()) message += "; the first: " + loaded.problems.front();
    return base::make_error(base::ErrorCode::internal, std::move(message));
}

base::Error several_fit(std::string_view wanted, const std::vector<const ServiceEntry*>& rivals) {
    std::string message = "\"" + plain_text(wanted) + "\" fits ";
    for (std::size_t i = 0; i < rivals.size(); ++i) {
        if (i > 0) message += i + 1 == rivals.size() ? " and " : ", ";
        message += rivals[i]->descriptor->full_name();
    }
    return base::make_error(base::ErrorCode::service_not_found, message + "; please use a full name");
}

base::Error missing_service(std::string_view wanted, const NameIndex& index) {
    std::vector<std::string_view> known;
    for (const auto& entry : index.entries()) known.emplace_back(entry.short_name);
    return no_service(wanted, known);
}

base::Error missing_method(std::string_view wanted, const ServiceEntry& service) {
    std::vector<std::string_view> known;
    for (const auto& method : service.methods) known.emplace_back(method.descriptor->name());
    return no_method(wanted, service.short_name, known);
}

base::Error several_methods_fit(std::string_view wanted, const ServiceEntry& service, const std::vector<const Method*>& rivals) {
    std::string message = "\"" + plain_text(wanted) + "\" fits these methods of " + service.short_name + ": ";
    for (std::size_t i = 0; i < rivals.size(); ++i) message += (i > 0 ? ", " : "") + rivals[i]->descriptor->name();
    return base::make_error(base::ErrorCode::method_not_found, message + "; please mind the case");
}

base::Result<const ServiceEntry*> find_entry(const NameIndex& index, std::string_view service) {
    const auto match = index.find(service);
    if (match.found != nullptr) return match.found;
    if (match.rivals != nullptr) return several_fit(service, *match.rivals);
    return missing_service(service, index);
}

}  // namespace

struct Schema::Impl {
    Impl(std::string given_name, LoadedFiles loaded)
        : name(std::move(given_name)),
          pool(std::move(loaded.pool)),
          services(sorted_services(loaded)),
          index(services),
          problems(std::move(loaded.problems)) {}

    static std::uint64_t next_id() {
        static std::atomic<std::uint64_t> last{0};
        return ++last;
    }

    std::uint64_t id = next_id();
    std::string name;
    std::unique_ptr<google::protobuf::DescriptorPool> pool;
    std::vector<const ServiceDescriptor*> services;
    NameIndex index;
    std::vector<std::string> problems;
};

Schema::Schema(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Schema::~Schema() = default;

base::Result<std::shared_ptr<const Schema>> Schema::from_candidates(std::string name, std::vector<Candidate> candidates) {
    auto loaded = load_files(std::move(candidates));
    if (loaded.files.empty()) return nothing_loads(loaded);
    return std::shared_ptr<const Schema>(new Schema(std::make_unique<Impl>(std::move(name), std::move(loaded))));
}

base::Result<std::shared_ptr<const Schema>> Schema::from_descriptor_set(std::string name, std::string_view bytes) {
    return from_descriptor_sets(std::move(name), {bytes});
}

base::Result<std::shared_ptr<const Schema>> Schema::from_descriptor_sets(std::string name,
                                                                         const std::vector<std::string_view>& sets) {
    std::vector<Candidate> all;
    for (const auto bytes : sets) {
        auto candidates = read_descriptor_set(bytes);
        if (!candidates) return std::move(candidates).error();
        std::move(candidates->begin(), candidates->end(), std::back_inserter(all));
    }
    return from_candidates(std::move(name), std::move(all));
}

base::Result<std::shared_ptr<const Schema>> Schema::from_directory(std::string name, const std::filesystem::path& directory) {
    return from_directories(std::move(name), {directory});
}

base::Result<std::shared_ptr<const Schema>> Schema::from_directories(std::string name,
                                                                     const std::vector<std::filesystem::path>& directories,
                                                                     const std::vector<std::filesystem::path>& imports) {
    auto own = read_all(directories);
    if (!own) return std::move(own).error();
    auto others = read_all(imports);
    if (!others) return std::move(others).error();
    add_imported(*own, *std::move(others));
    return from_candidates(std::move(name), *std::move(own));
}

std::shared_ptr<const Schema> Schema::empty(std::string name) {
    return std::shared_ptr<const Schema>(new Schema(std::make_unique<Impl>(std::move(name), load_files({}))));
}

std::uint64_t Schema::id() const {
    return impl_->id;
}

const std::string& Schema::name() const {
    return impl_->name;
}
const google::protobuf::DescriptorPool& Schema::pool() const {
    return *impl_->pool;
}
const std::vector<std::string>& Schema::problems() const {
    return impl_->problems;
}
const std::vector<const ServiceDescriptor*>& Schema::services() const {
    return impl_->services;
}

base::Result<const ServiceDescriptor*> Schema::find_service(std::string_view service) const {
    const auto entry = find_entry(impl_->index, service);
    if (!entry) return entry.error();
    return entry.value()->descriptor;
}

base::Result<const Method*> Schema::find_method(std::string_view service, std::string_view method) const {
    const auto entry = find_entry(impl_->index, service);
    if (!entry) return entry.error();
    const auto match = entry.value()->method_names.find(method);
    if (match.found != nullptr) return match.found;
    if (match.rivals != nullptr) return several_methods_fit(method, *entry.value(), *match.rivals);
    return missing_method(method, *entry.value());
}

const Method* Schema::lookup(std::string_view service, std::string_view method) const {
    const auto entry = impl_->index.find(service);
    return entry.found == nullptr ? nullptr : entry.found->method_names.find(method).found;
}

std::string Schema::short_name(const ServiceDescriptor& service) const {
    const auto match = impl_->index.find(service.full_name());
    return match.found != nullptr ? match.found->short_name : service.full_name();
}

}  // namespace octane::schema
