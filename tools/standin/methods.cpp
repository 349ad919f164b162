// Stand-in renderer: the table of the release's methods and their handlers.
#include "standin/methods.hpp"

#include <utility>

#include "standin/faults.hpp"

namespace octane::standin {

Methods::Methods(const Schema& schema) {
    schema.each_method([this](const google::protobuf::MethodDescriptor& descriptor) {
        const std::string path = "/" + descriptor.service()->full_name() + "/" + descriptor.name();
        auto method = std::make_unique<Method>();
        method->descriptor = &descriptor;
        method->short_name = Faults::short_name(path);
        by_short_name_.emplace(method->short_name, method.get());
        by_path_.emplace(path, std::move(method));
    });
}

Method* Methods::unplayed(std::string_view service, std::string_view method) {
    const std::string name = std::string(service) + "/" + std::string(method);
    const auto found = by_short_name_.find(name);
    if (found == by_short_name_.end()) {
        not_in_release_.insert(name);
        return nullptr;
    }
    if (found->second->handler || found->second->raw_handler) throw std::logic_error("played twice: " + name);
    return found->second;
}

void Methods::on(std::string_view service, std::string_view method, Handler handler) {
    if (Method* found = unplayed(service, method)) found->handler = std::move(handler);
}

void Methods::on_raw(std::string_view service, std::string_view method, RawHandler handler) {
    if (Method* found = unplayed(service, method)) found->raw_handler = std::move(handler);
}

Method* Methods::find(std::string_view path) {
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? nullptr : found->second.get();
}

std::map<std::string, std::uint64_t> Methods::calls() const {
    std::map<std::string, std::uint64_t> out;
    for (const auto& [name, method] : by_short_name_)
        if (const auto count = method->calls.load(); count > 0) out.emplace(name, count);
    return out;
}

std::vector<std::string> Methods::played_names() const {
    std::vector<std::string> out;
    for (const auto& [name, method] : by_short_name_) {
        const bool is_stream = method->descriptor->client_streaming() || method->descriptor->server_streaming();
        if (method->handler || method->raw_handler || is_stream) out.push_back(name);
    }
    return out;
}

}  // namespace octane::standin
