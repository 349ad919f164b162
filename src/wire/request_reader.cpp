#include "wire/request_reader.hpp"

#include <utility>

#include "wire/foreign_names.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

constexpr std::size_t kUsualDepth = 8;

bool is_message(const FieldDescriptor& field) {
    return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

// google.protobuf.BytesValue, which takes what a bytes field takes.
bool wraps_bytes(const Descriptor& message) {
    return well_known(message) == WellKnown::wrapper && message.field(0)->type() == FieldDescriptor::TYPE_BYTES;
}

std::uint64_t number_in(const FieldDescriptor& field, std::string_view bytes) {
    const base::ByteChain chain({bytes}, nullptr);
    std::uint64_t number = 0;
    for (Reader reader(chain); reader.next();) {
        if (reader.field() == static_cast<std::uint32_t>(field.number()) && reader.type() == WireType::varint)
            number = reader.read_varint();
    }
    return number;
}

}  // namespace

bool RequestReader::wraps_a_list(const Descriptor& message) {
    return message.field_count() == 1 && message.field(0)->is_repeated() && !message.field(0)->is_map();
}

RequestReader::RequestReader(const Descriptor& message, const JsonReadOptions& options, std::string_view json,
                             const LateTypes* late_types)
    : root_(message), options_(options), json_(json), late_types_(late_types), builder_(json.size()) {
    open_.reserve(kUsualDepth);
}

RequestReader::Target RequestReader::target() const {
    if (open_.empty()) return {nullptr, &root_, false};
    const OpenMember& top = open_.back();
    if (top.kind == MemberKind::any_value) return {top.field, top.held, false};
    if (top.part) return {top.part, is_message(*top.part) ? top.part->message_type() : nullptr, top.part->is_repeated()};
    const bool is_whole_list = top.kind != MemberKind::array && top.field->is_repeated();
    const FieldDescriptor::Type type = top.field->type();
    const bool is_group = type == FieldDescriptor::TYPE_GROUP;
    const bool is_message = is_group || type == FieldDescriptor::TYPE_MESSAGE;
    return {top.field, is_message ? top.field->message_type() : nullptr, is_whole_list, is_group};
}

bool RequestReader::start_map_entry(const std::string& name) {
    map_keys_.back() = name;
    const FieldDescriptor& map = *open_.back().field;
    const FieldDescriptor& key_field = *map.message_type()->FindFieldByNumber(1);
    const WireBuilder::Nested entry = builder_.begin(map.number());
    builder_.tag(1, wire_type_of(key_field));
    const JsonScalar key = JsonScalar::make(name);
    if (!append_scalar(key_field, key, builder_.out())) {
        return misfit(target(), describe_expected(key_field, key) + " as key", describe_found(key));
    }
    OpenMember& frame = open_.emplace_back();
    frame.kind = MemberKind::single;
    frame.is_nested = true;
    frame.field = map.message_type()->FindFieldByNumber(2);
    frame.nested = entry;
    mark_beginnings(frame);
    return true;
}

void RequestReader::mark_beginnings(OpenMember& frame) const {
    frame.seen_from = static_cast<std::uint32_t>(seen_beyond_.size());
    frame.one_ofs_from = static_cast<std::uint32_t>(one_ofs_.size());
    frame.parts_from = parts_.size();
}

void RequestReader::enter(MemberKind kind, const Target& target, const FieldDescriptor* field) {
    OpenMember& frame = open_.emplace_back();
    frame.kind = kind;
    frame.message = target.message;
    frame.field = field;
    frame.levels = kind == MemberKind::single ? 0 : 1;
    depth_ += frame.levels;
    mark_beginnings(frame);
    if (kind == MemberKind::map) map_keys_.emplace_back();
}

void RequestReader::enter_nested(MemberKind kind, const Target& target, const FieldDescriptor* field) {
    enter(kind, target, field);
    if (!target.field) return;  // the request itself has neither tag nor length
    if (target.is_group) {
        open_.back().group = target.field->number();
        builder_.tag(target.field->number(), wire_type_of(*target.field));
        return;
    }
    open_.back().is_nested = true;
    open_.back().nested = builder_.begin(target.field->number());
}

void RequestReader::leave() {
    const OpenMember& top = open_.back();
    depth_ -= top.levels;
    if (top.kind == MemberKind::message && options_.foreign) {
        if (top.spread) write_spread();
        if (top.is_nested) write_implied(*open_[open_.size() - 2].field, open_.size() - 1, top.nested.length_at + 1);
    }
    parts_.resize(top.parts_from);
    if (top.is_nested && top.kind == MemberKind::array)
        builder_.end_or_drop(top.nested);
    else if (top.is_nested)
        builder_.end(top.nested);
    else if (top.group != 0)
        builder_.tag(top.group, static_cast<int>(WireType::group_end));
    seen_beyond_.resize(top.seen_from);
    one_ofs_.resize(top.one_ofs_from);
    if (top.kind == MemberKind::map) map_keys_.pop_back();
    open_.pop_back();
}

// The member whose own members stood beside the others, unless it was given itself.
void RequestReader::write_spread() {
    const OpenMember& top = open_.back();
    const FieldDescriptor& member = *top.spread;
    if (((top.seen | top.seen_by_alias) & bit_of(member)) != 0) {
        warn("\"" + path_to(member.name()) + "\" is given itself, so members of it that stand beside it were ignored");
        return;
    }
    const WireBuilder::Nested nested = builder_.begin(member.number());
    builder_.out().append(parts_, top.parts_from);
    write_implied(member, open_.size() - 1, nested.length_at + 1);
    builder_.end(nested);
}

// What goes without saying in the value of `member`, whose bytes so far end the output. Its holder is in the frames before
// `frame_end`.
void RequestReader::write_implied(const FieldDescriptor& member, std::size_t frame_end, std::size_t bytes_from) {
    const FieldDescriptor* holder = nullptr;
    for (std::size_t i = frame_end; i > 0 && holder == nullptr; --i) {
        if (open_[i - 1].field != &member) holder = open_[i - 1].field;
    }
    if (!is_message(member)) return;  // the bytes in which an Any holds a message
    const ImpliedValue* implied = options_.foreign->implied_value(member, holder);
    if (implied == nullptr) return;
    const std::string_view bytes = std::string_view(builder_.out()).substr(bytes_from);
    if (number_in(*implied->given, bytes) == 0 || number_in(*implied->absent, bytes) != 0) return;
    append_varint_field(builder_.out(), static_cast<std::uint32_t>(implied->absent->number()),
                        static_cast<std::uint64_t>(std::int64_t{implied->value}));
}

void RequestReader::value_done() {
    while (!open_.empty() && open_.back().kind == MemberKind::single) leave();
    if (open_.empty()) return;
    if (open_.back().kind == MemberKind::array) ++open_.back().index;
    if (open_.back().kind == MemberKind::message || open_.back().kind == MemberKind::any_value) {
        open_.back().field = nullptr;
        open_.back().part = nullptr;
    }
}

// True if the container belongs to a member that is being ignored.
bool RequestReader::is_container_skipped() {
    if (skip_depth_ == 0 && !is_next_skipped_) return false;
    is_next_skipped_ = false;
    ++skip_depth_;
    return true;
}

// Whether there is room for one level more.
bool RequestReader::check_depth() {
    if (depth_ + skip_depth_ < options_.max_depth) return true;
    return refuse(base::ErrorCode::bad_value, "the JSON is nested deeper than " + std::to_string(options_.max_depth) + " levels");
}

bool RequestReader::begin_container() {
    if (!check_depth()) return false;
    if (!maybe_one_of_key_) return true;
    const bool goes_on = skip_unknown(maybe_one_of_key_->name());
    maybe_one_of_key_ = nullptr;
    return goes_on;
}

bool RequestReader::start_object(std::size_t /*unknown*/) {
    ++objects_;
    if (!begin_container()) return false;
    if (is_container_skipped()) return true;
    if (is_in_odd_place() && !is_in_buffer()) return refuse_type("an object");
    Target here = target();
    if (is_in_buffer()) return misfit(here, describe_expected(*here.field, {}), "an object in its place");
    if (here.is_whole_list) {
        if (!here.field->is_map()) return misfit(here, "an array", "an object");
        if (!claim(here)) return false;
        enter(MemberKind::map, here, here.field);
        return true;
    }
    if (here.message && wraps_bytes(*here.message)) {
        if (!claim(here)) return false;
        enter_nested(MemberKind::single, here, here.message->field(0));
        here = target();
    }
    if (!here.message) {
        const bool is_buffer = here.field->type() == FieldDescriptor::TYPE_BYTES && !open_.back().part;
        if (!is_buffer) return misfit(here, describe_expected(*here.field, {}), "an object");
        if (!claim(here)) return false;
        buffer_.clear();
        is_buffer_filled_ = false;
        enter(MemberKind::buffer, here, here.field);
        return true;
    }
    const WellKnown kind = well_known(*here.message);
    if (kind == WellKnown::list) return misfit(here, "an array", "an object");
    if (!claim(here)) return false;
    switch (kind) {
        case WellKnown::structure: enter_nested(MemberKind::map, here, here.message->field(0)); break;
        case WellKnown::value: {
            enter_nested(MemberKind::single, here, here.message->FindFieldByNumber(5));
            const Target structure = target();
            enter_nested(MemberKind::map, structure, structure.message->field(0));
            break;
        }
        case WellKnown::any: return start_any(here);
        default: enter_nested(MemberKind::message, here, nullptr); break;
    }
    return true;
}

bool RequestReader::start_array(std::size_t /*unknown*/) {
    if (!begin_container()) return false;
    if (is_container_skipped()) return true;
    if (is_in_odd_place() && !is_in_buffer()) return refuse_type("an array");
    Target here = target();
    if (is_in_buffer()) {
        if (open_.back().kind != MemberKind::buffer || buffer_key_ != "data" || is_buffer_filled_) {
            return misfit(here, describe_expected(*here.field, {}), "an array in its place");
        }
        enter(MemberKind::buffer_data, here, here.field);
        return true;
    }
    const bool is_list = here.is_whole_list && !here.field->is_map();
    const WellKnown kind = here.message ? well_known(*here.message) : WellKnown::none;
    const bool takes_array = here.message && (kind == WellKnown::none ? wraps_a_list(*here.message)
                                                                      : kind == WellKnown::list || kind == WellKnown::value);
    const bool is_wrapper = !here.is_whole_list && takes_array;
    if (!is_list && !is_wrapper) return misfit(here, expected_at(here, {}), "an array");
    if (!claim(here)) return false;
    if (is_wrapper && kind == WellKnown::value) {
        enter_nested(MemberKind::single, here, here.message->FindFieldByNumber(6));
        here = target();
    }
    if (is_wrapper) {
        const bool is_shown = well_known(*here.message) != WellKnown::list;  // in answers, as an object around the list
        enter_nested(MemberKind::single, here, here.message->field(0));
        open_.back().levels = is_shown ? 1 : 0;
        depth_ += open_.back().levels;
        if (!check_depth()) return false;
        here = target();
    }
    if (here.field->is_packed())
        enter_nested(MemberKind::array, here, here.field);
    else
        enter(MemberKind::array, here, here.field);
    return true;
}

bool RequestReader::end_object() {
    if (skip_depth_ > 0) {
        --skip_depth_;
        return true;
    }
    if (open_.back().kind == MemberKind::buffer && !write_buffer()) return false;
    const bool is_proto2 =
        open_.back().kind == MemberKind::message && open_.back().message->file()->syntax() == FileDescriptor::SYNTAX_PROTO2;
    if (is_proto2 && !check_required()) return false;
    leave();
    value_done();
    return true;
}

bool RequestReader::end_array() {
    if (skip_depth_ > 0) {
        --skip_depth_;
        return true;
    }
    const bool is_buffer_data = open_.back().kind == MemberKind::buffer_data;
    leave();
    if (is_buffer_data)
        is_buffer_filled_ = true;
    else
        value_done();
    return true;
}

WireRequest RequestReader::finish() {
    if (unlisted_warnings_ > 0 && !warnings_.empty()) {
        warnings_.back() = "and " + std::to_string(unlisted_warnings_ + 1) + " more members were ignored";
    }
    return {builder_.finish(), std::move(warnings_)};
}

}  // namespace octane::wire
