// Room: wire. The events of a JSON parser, turned into wire format as they come.
//
// Speaks nlohmann::json's SAX interface. Every function returns false once the request is refused; error() then says why.
// A member given twice is refused (JSON leaves open which one counts), as are two members of one one-of, unless one is null.
// Where a foreign name stands beside the member's own name, the two are merged by protobuf's rules. Not recursive: levels are
// kept on the heap.
//
// An Any's members are those of the message that it holds, so its "@type" has to be known before they are read. Usually it comes
// first. Where it does not, the reader gives up with needs_late_types(), and a second one reads the text again that knows them.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "wire/json_scalar.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/well_known.hpp"
#include "wire/wire_builder.hpp"

namespace octane::wire {

class LateTypes;

class RequestReader {
  public:
    using Json = nlohmann::json;

    // What an Any may hold is looked for in the pool of `message`. All that is referred to must outlive the reader; `late_types`
    // may be null.
    RequestReader(const google::protobuf::Descriptor& message, const JsonReadOptions& options, std::string_view json,
                  const LateTypes* late_types = nullptr);
    // From its beginning, looks only for what makes the text no JSON or too deep.
    void ignore_all() { is_next_skipped_ = true; }

    bool null() { return scalar(JsonScalar::make_null()); }
    bool boolean(bool value) { return scalar(JsonScalar::make(value)); }
    bool number_integer(std::int64_t value) { return scalar(JsonScalar::make(value)); }
    bool number_unsigned(std::uint64_t value) { return scalar(JsonScalar::make(value)); }
    bool number_float(double value, const std::string& digits) { return scalar(JsonScalar::make(value, digits)); }
    bool string(std::string& value) { return scalar(JsonScalar::make(value)); }
    bool binary(Json::binary_t& /*never in JSON text*/) { return false; }
    bool start_object(std::size_t /*unknown*/);
    bool key(std::string& name);
    bool end_object();
    bool start_array(std::size_t /*unknown*/);
    bool end_array();
    bool parse_error(std::size_t position, const std::string& last_token, const Json::exception& exception);

    // What refused the request, if anything did.
    [[nodiscard]] const std::optional<base::Error>& error() const { return error_; }
    [[nodiscard]] bool needs_late_types() const { return needs_late_types_; }
    WireRequest finish();

  private:
    using Descriptor = google::protobuf::Descriptor;
    using FieldDescriptor = google::protobuf::FieldDescriptor;
    using OneofDescriptor = google::protobuf::OneofDescriptor;

    enum class MemberKind : std::uint8_t {
        message,      // an object with the message's members
        array,        // elements of `field`
        map,          // an object with the entries of `field`
        single,       // a message that JSON does not show: its one value follows, and then it ends
        any_value,    // an Any that holds a message with a JSON form of its own, which is its member "value"
        buffer,       // {"type":"Buffer","data":[…]} for a bytes field
        buffer_data,  // the numbers in it
        any,          // an Any of which nothing is known yet; its "@type" may come next
    };

    // Small, since each object and list has one: room for the usual eight is what malloc gives fastest, and it ends at 1 KiB.
    struct OpenMember {
        MemberKind kind = MemberKind::message;
        bool is_nested = false;                  // `nested` is to be ended with this frame
        bool is_alias = false;                   // `field` was named by a foreign name
        bool is_any = false;                     // kind message: its members are an Any's, whether its own or of what it holds
        bool is_type_due = false;                // kinds message and any_value: the type is known ahead, "@type" is still to come
        std::uint8_t levels = 0;                 // how many levels of JSON it is
        int group = 0;                           // the number of the group that ends with this frame
        std::uint32_t seen_from = 0;             // this frame's part of seen_beyond_
        std::uint32_t one_ofs_from = 0;          // this frame's part of one_ofs_
        std::uint32_t index = 0;                 // kind array: of the element that comes next
        const Descriptor* message = nullptr;     // kind message; kinds any and any_value: the Any's own
        const Descriptor* held = nullptr;        // kind any_value: what it holds
        const FieldDescriptor* field = nullptr;  // whose value comes next; kinds message and any_value: null where none does
        const FieldDescriptor* part = nullptr;   // not null: the member of `field`'s message whose value comes next
        const FieldDescriptor* spread = nullptr;  // the member whose parts stood in this message
        WireBuilder::Nested nested{};
        std::uint64_t seen = 0;           // members given so far, by index, as far as 64 reach
        std::uint64_t seen_by_alias = 0;  // likewise, those given by a foreign name
        std::uint64_t seen_parts = 0;     // likewise, of `spread`'s message
        std::size_t parts_from = 0;       // this frame's part of parts_
    };
    static_assert(sizeof(OpenMember) <= 120);

    // The field whose value comes next (null at the very top), and the message type if it is one.
    struct Target {
        const FieldDescriptor* field = nullptr;
        const Descriptor* message = nullptr;
        bool is_whole_list = false;  // a repeated field itself rather than an element of it
        bool is_group = false;
    };
    [[nodiscard]] Target target() const;
    // Of members by index, as far as 64 reach; 0 for others and for extensions, which have none.
    static std::uint64_t bit_of(const FieldDescriptor& field);
    // Whether an array may stand for the message: its only field is a list.
    static bool wraps_a_list(const Descriptor& message);

    bool member_key(const std::string& name);
    bool buffer_key(const std::string& name);
    bool any_key(const std::string& name);
    bool any_value_key(const std::string& name);
    std::optional<bool> odd_member_of_any(const std::string& name);
    bool start_any(const Target& target);
    bool any_scalar(const JsonScalar& value);
    bool hold(const std::string& type_url, bool is_type_due);
    bool type_again();
    bool refuse_type(const std::string& found);

    bool scalar(const JsonScalar& value);
    bool skipped_scalar(const JsonScalar& value);
    bool null_value(const Target& target);
    bool scalar_message(const Target& target, const JsonScalar& value);
    bool buffer_scalar(const JsonScalar& value);
    bool write_buffer();
    bool claim(const Target& target);
    bool claim_part();
    void mark_beginnings(OpenMember& frame) const;
    void enter(MemberKind kind, const Target& target, const FieldDescriptor* field);
    void enter_nested(MemberKind kind, const Target& target, const FieldDescriptor* field);
    bool start_map_entry(const std::string& name);
    void leave();
    void write_spread();
    void write_implied(const FieldDescriptor& member, std::size_t frame_end, std::size_t bytes_from);
    void value_done();
    bool check_required();
    bool check_depth();
    bool begin_container();
    bool is_container_skipped();
    [[nodiscard]] bool is_in_buffer() const {
        return !open_.empty() && (open_.back().kind == MemberKind::buffer || open_.back().kind == MemberKind::buffer_data);
    }
    // Whether what comes next is part of a Buffer object or an Any's type, and no member's value.
    [[nodiscard]] bool is_in_odd_place() const { return !open_.empty() && open_.back().kind >= MemberKind::buffer; }
    bool skip_unknown(std::string_view name);
    bool foreign_member(const std::string& name);
    bool foreign_value(const Target& target, const JsonScalar& value, std::string& out);
    bool warn(std::string sentence);

    bool refuse(base::ErrorCode code, std::string message);
    static std::string expected_at(const Target& target, const JsonScalar& value);
    bool misfit(const Target& target, const std::string& expected, const std::string& found);
    [[nodiscard]] std::string path() const;
    [[nodiscard]] std::string path_to(std::string_view member) const;

    const Descriptor& root_;
    const JsonReadOptions& options_;
    const std::string_view json_;
    const LateTypes* const late_types_;
    WireBuilder builder_;
    std::vector<OpenMember> open_;
    std::vector<int> seen_beyond_;                 // indexes of members from 64 on, per frame
    std::vector<const FieldDescriptor*> one_ofs_;  // the members that hold the one-ofs, per frame
    std::string parts_;                            // wire format of members that stood beside their message's others, per frame
    std::vector<std::string> map_keys_;            // one per map frame, for paths
    std::vector<std::string> warnings_;
    std::size_t unlisted_warnings_ = 0;
    const OneofDescriptor* maybe_one_of_key_ =
        nullptr;  // the last key named a one-of: its value may be the dialect's virtual key
    std::string buffer_;
    std::string buffer_key_;
    bool is_buffer_filled_ = false;
    bool is_next_skipped_ = false;  // the value of an unknown member comes next
    int skip_depth_ = 0;            // open containers inside such a value
    int depth_ = 0;                 // levels of JSON that the frames are
    std::size_t objects_ = 0;       // that have begun so far
    bool needs_late_types_ = false;
    std::optional<base::Error> error_;
};

}  // namespace octane::wire
