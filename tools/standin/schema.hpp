// Stand-in renderer: the interface of one Octane release, as protobuf descriptors and dynamic messages.
//
// Both releases define the same names differently, so no generated classes are used: the release is chosen at start.
// Immutable after construction; usable from every thread. Messages must not outlive it.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <string_view>

namespace octane::standin {

using google::protobuf::Message;

// 2026.2 is beta2 with another name for the first field of the value methods; nothing else of it is known.
enum class Release { alpha5, beta2, v2026_2 };

class Schema {
  public:
    explicit Schema(Release release);

    Release release() const { return release_; }
    const google::protobuf::DescriptorPool& pool() const { return pool_; }
    // Calls visit(method) for every method of the release.
    template <class Visit>
    void each_method(Visit visit) const {
        for (int f = 0; f < files_.file_size(); ++f) {
            const auto* file = pool_.FindFileByName(files_.file(f).name());
            for (int s = 0; s < file->service_count(); ++s)
                for (int m = 0; m < file->service(s)->method_count(); ++m) visit(*file->service(s)->method(m));
        }
    }
    std::unique_ptr<Message> message(std::string_view full_name) const;
    std::unique_ptr<Message> message(const google::protobuf::Descriptor& type) const;
    // The number of an enum value such as ("NodeType", "NT_FLOAT"); -1 if this release lacks it.
    int number(std::string_view enum_name, std::string_view value_name) const;
    // The name of the value; empty if there is none.
    std::string name(std::string_view enum_name, int value) const;

  private:
    const google::protobuf::EnumDescriptor& enumeration(std::string_view name) const;

    Release release_;
    google::protobuf::FileDescriptorSet files_;
    google::protobuf::DescriptorPool pool_;
    mutable google::protobuf::DynamicMessageFactory factory_;  // thread-safe, as its documentation says
};

}  // namespace octane::standin
