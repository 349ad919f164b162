// Room: schema. One release of an API as descriptors, and the index by which people name its services and methods.
//
// A Schema is built once and never changes; it is shared by all threads without locks. Names: docs/api.md §2.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace google::protobuf {
class Descriptor;
class DescriptorPool;
class MethodDescriptor;
class ServiceDescriptor;
}  // namespace google::protobuf

namespace octane::schema {

struct Candidate;

// One callable method. Views live as long as the Schema.
struct Method {
    const google::protobuf::MethodDescriptor* descriptor = nullptr;
    const google::protobuf::Descriptor* request = nullptr;
    const google::protobuf::Descriptor* response = nullptr;
    std::string path;     // "/octaneapi.ApiItemService/name", as gRPC wants it
    std::string display;  // "ApiItem.name", as the log shows it
    bool is_unary = true;
};

class Schema {
  public:
    ~Schema();
    Schema(const Schema&) = delete;
    Schema& operator=(const Schema&) = delete;

    // `name` is the release ("alpha5", "beta2") or what the user gave; `bytes` a serialized google.protobuf.FileDescriptorSet.
    // A file that does not fit (conflict, missing import) is left out and named in problems(). Error only if nothing loads.
    static base::Result<std::shared_ptr<const Schema>> from_descriptor_set(std::string name, std::string_view bytes);

    // Several as one: of two files with one name that of the earlier set counts.
    static base::Result<std::shared_ptr<const Schema>> from_descriptor_sets(std::string name,
                                                                            const std::vector<std::string_view>& sets);

    // Every *.proto below the directory, file by file in sorted order; what cannot be loaded is left out and named in problems().
    static base::Result<std::shared_ptr<const Schema>> from_directory(std::string name, const std::filesystem::path& directory);

    // Several as one: files import one another by their names below their own directory, and of two with one name that of the
    // earlier directory counts. What they import is also looked for in `imports`, whose services are not offered.
    static base::Result<std::shared_ptr<const Schema>> from_directories(std::string name,
                                                                        const std::vector<std::filesystem::path>& directories,
                                                                        const std::vector<std::filesystem::path>& imports = {});

    // Of a server that has not yet said what it is: no service.
    static std::shared_ptr<const Schema> empty(std::string name);

    [[nodiscard]] const std::string& name() const;
    [[nodiscard]] std::uint64_t id() const;  // no other schema of this process has it
    [[nodiscard]] const google::protobuf::DescriptorPool& pool() const;
    [[nodiscard]] const std::vector<std::string>& problems() const;  // one sentence per file left out
    [[nodiscard]] const std::vector<const google::protobuf::ServiceDescriptor*>& services() const;  // sorted by full name

    // Exact full name first, then short forms: without package, without "Service", and without regard to case.
    // A short name that fits two services is refused with both full names.
    // Error 40401 service_not_found, whose message suggests the nearest names.
    [[nodiscard]] base::Result<const google::protobuf::ServiceDescriptor*> find_service(std::string_view service) const;

    // No allocation when the names are found. Errors 40401 service_not_found, 40402 method_not_found, each suggesting the nearest
    // names.
    [[nodiscard]] base::Result<const Method*> find_method(std::string_view service, std::string_view method) const;

    // The same without words: null if there is no such method, or if the name fits several.
    [[nodiscard]] const Method* lookup(std::string_view service, std::string_view method) const;

    // "ApiItem" for octaneapi.ApiItemService: the name to show and to paste into a URL (the full name where the short one is
    // ambiguous).
    [[nodiscard]] std::string short_name(const google::protobuf::ServiceDescriptor& service) const;

  private:
    struct Impl;
    static base::Result<std::shared_ptr<const Schema>> from_candidates(std::string name, std::vector<Candidate> candidates);
    explicit Schema(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace octane::schema
