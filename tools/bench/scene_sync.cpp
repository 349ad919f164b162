// Tool: bench. See scene_sync.hpp.
#include "bench/scene_sync.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bench/net.hpp"
#include "bench/report.hpp"

namespace octane::bench {
namespace {

using google::protobuf::io::CodedInputStream;

constexpr std::chrono::seconds kCallDeadline{10};
constexpr unsigned kValueAttribute = 185;
// ObjectRef.ObjectType
constexpr unsigned kItem = 16;
constexpr unsigned kNode = 17;
constexpr unsigned kGraph = 20;
constexpr unsigned kItemArray = 31;
constexpr unsigned kPinInfo = 44;

void put_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}

void put_number(std::string& out, unsigned field, std::uint64_t value) {
    put_varint(out, field << 3);
    put_varint(out, value);
}

// A request whose field 1 is a reference to the object.
std::string request_for(std::uint64_t handle, unsigned type) {
    std::string reference;
    put_number(reference, 1, handle);
    put_number(reference, 2, type);
    std::string out("\x0a", 1);
    put_varint(out, reference.size());
    return out + reference;
}

std::string with(std::string request, unsigned field, std::uint64_t value) {
    put_number(request, field, value);
    return request;
}

// A number inside an answer, by the numbers of the fields that lead to it; 0 if it is not there.
std::uint64_t number_at(std::string_view bytes, std::initializer_list<unsigned> path) {
    for (auto step = path.begin(); step != path.end(); ++step) {
        CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
        const bool is_last = step + 1 == path.end();
        bool is_found = false;
        while (!is_found) {
            const std::uint32_t tag = in.ReadTag();
            std::uint64_t value = 0;
            if (tag == 0) return 0;
            if ((tag & 7U) == 0) {
                in.ReadVarint64(&value);
                if (tag >> 3 == *step && is_last) return value;
            } else if ((tag & 7U) == 2) {
                in.ReadVarint64(&value);
                is_found = tag >> 3 == *step;
                if (is_found) bytes = bytes.substr(static_cast<std::size_t>(in.CurrentPosition()), value);
                if (!is_found) in.Skip(static_cast<int>(value));
            } else {
                in.Skip((tag & 7U) == 5 ? 4 : 8);
            }
        }
    }
    return 0;
}

// The number that AttributeTypeId has for an AttributeType.
unsigned type_id_of(std::uint64_t attribute_type) {
    static const std::map<std::uint64_t, unsigned> kIds{{1, 1},  {2, 3},   {3, 4},   {4, 5},  {5, 6},   {6, 9},  {7, 90}, {8, 11},
                                                        {9, 12}, {10, 14}, {11, 14}, {12, 2}, {13, 13}, {14, 7}, {15, 8}};
    const auto found = kIds.find(attribute_type);
    return found == kIds.end() ? 0 : found->second;
}

class Walk {
  public:
    explicit Walk(const GrpcLoad& load) : stub_(open_channel(load)) {}

    int run() {
        const std::uint64_t version = number_at(call("ApiInfo/octaneVersion", {}), {1});
        get_value_ = version < 15000008 ? "ApiItem/getByAttrID" : "ApiItem/getValueByAttrID";
        const std::int64_t begin = steady_ns();
        calls_ = 0;
        visit(number_at(call("ApiProjectManager/rootNodeGraph", {}), {1, 1}));
        const double seconds = static_cast<double>(steady_ns() - begin) * 1e-9;
        report_count("nodes", nodes_);
        report_count("calls", calls_);
        report("seconds", seconds);
        report("ms_per_call", seconds * 1e3 / static_cast<double>(calls_));
        return 0;
    }

  private:
    void visit(std::uint64_t item) {
        if (item == 0 || !seen_.insert(item).second) return;
        const std::string as_item = request_for(item, kItem);
        const bool is_graph = number_at(call("ApiItem/isGraph", as_item), {1}) != 0;
        call("ApiItem/name", as_item);
        call("ApiItem/outType", as_item);
        call("ApiItem/position", as_item);
        if (is_graph)
            visit_owned(item);
        else
            visit_pins(item, as_item);
    }

    void visit_owned(std::uint64_t graph) {
        call("ApiNodeGraph/info1", request_for(graph, kGraph));
        const auto list = number_at(call("ApiNodeGraph/getOwnedItems", request_for(graph, kGraph)), {1, 1});
        const std::string array = request_for(list, kItemArray);
        const auto size = number_at(call("ApiItemArray/size", array), {1});
        for (std::uint64_t i = 0; i < size; ++i) visit(number_at(call("ApiItemArray/get", with(array, 2, i)), {1, 1}));
    }

    void visit_pins(std::uint64_t node, const std::string& as_item) {
        ++nodes_;
        const std::string as_node = request_for(node, kNode);
        call("ApiNode/info", as_node);
        const auto pins = number_at(call("ApiNode/pinCount", as_node), {1});
        for (std::uint64_t i = 0; i < pins; ++i) {
            const auto info = number_at(call("ApiNode/pinInfoIx", with(as_node, 2, i)), {1, 1});
            call("ApiNodePinInfoEx/getApiNodePinInfo", request_for(info, kPinInfo));
            visit(number_at(call("ApiNode/connectedNodeIx", with(with(as_node, 2, i), 3, 1)), {1, 1}));
        }
        if (pins > 0 || number_at(call("ApiItem/hasAttr", with(as_item, 2, kValueAttribute)), {1}) == 0) return;
        const auto type = number_at(call("ApiItem/attrInfo", with(as_item, 2, kValueAttribute)), {1, 2});
        call(get_value_, with(with(as_item, 2, kValueAttribute), 3, type_id_of(type)));
    }

    // The answer's bytes.
    std::string call(const std::string& name, const std::string& request) {
        const auto slash = name.find('/');
        const std::string path = "/octaneapi." + name.substr(0, slash) + "Service" + name.substr(slash);
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
        const grpc::Slice slice(request);
        grpc::ByteBuffer answer;
        grpc::Status status;
        const auto reader = stub_.PrepareUnaryCall(&context, path, grpc::ByteBuffer(&slice, 1), &queue_);
        reader->StartCall();
        reader->Finish(&answer, &status, this);
        void* tag = nullptr;
        bool is_ok = false;
        queue_.Next(&tag, &is_ok);
        if (!status.ok()) throw std::runtime_error(name + ": " + status.error_message());
        ++calls_;
        grpc::Slice joined;
        if (!answer.DumpToSingleSlice(&joined).ok()) throw std::runtime_error(name + ": unreadable answer");
        return {reinterpret_cast<const char*>(joined.begin()), joined.size()};
    }

    grpc::CompletionQueue queue_;
    grpc::GenericStub stub_;
    std::string get_value_;
    std::set<std::uint64_t> seen_;
    std::uint64_t calls_ = 0;
    std::uint64_t nodes_ = 0;
};

}  // namespace

int run_sync(const GrpcLoad& load) {
    return Walk(load).run();
}

}  // namespace octane::bench
