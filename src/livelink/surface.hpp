// Room: livelink. One surface over all releases: every method name of any known release, whichever Octane is connected.
//
// Immutable after construction; used from all loops. A name that the connected release has costs one look-up and nothing else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "livelink/conversion.hpp"
#include "livelink/release_map.hpp"
#include "livelink/release_names.hpp"
#include "schema/schema.hpp"

namespace octane::livelink {

using Schemas = std::vector<std::shared_ptr<const schema::Schema>>;

// The schemas whose names mean something: what the options gave, oldest first, and the built-in releases where one of those is
// some Octane's own.
Schemas known_schemas(Schemas given);

// What a name stands for. Usually `called` and `method` are the same.
struct ResolvedName {
    std::shared_ptr<const schema::Schema> schema;  // the connected release's; it has `method`
    const schema::Method* called = nullptr;        // the method by the name that was used, of whichever release has it
    const schema::Method* method = nullptr;        // what Octane is asked; null until choose_method() where the request decides
    const wire::ForeignNames* foreign = nullptr;   // other names, for reading the request; null for an unknown schema
    const std::vector<Conversion>* choices = nullptr;  // not null: the messages differ
    const Conversion* conversion = nullptr;            // the one chosen by choose_method()

    // What JSON is read with, and written with.
    [[nodiscard]] const google::protobuf::Descriptor& request_type() const { return *(choices ? called : method)->request; }
    [[nodiscard]] const google::protobuf::Descriptor& answer_type() const { return *(choices ? called : method)->response; }
};

class Surface {
  public:
    // Knows known_schemas(given).
    explicit Surface(Schemas given);
    Surface(const Surface&) = delete;
    Surface& operator=(const Surface&) = delete;

    // Errors: 40401 and 40402 with the nearest names of all releases; 50110 release_lacks_method if the connected release has
    // nothing of the kind, and who has it. While the release is unknown, each name is taken literally.
    [[nodiscard]] base::Result<ResolvedName> find(const std::shared_ptr<const schema::Schema>& connected, bool is_release_known,
                                                  std::string_view service, std::string_view method) const;

    // The connected release's service of that name in any release. Error 40401.
    [[nodiscard]] base::Result<const google::protobuf::ServiceDescriptor*> find_service(
        const std::shared_ptr<const schema::Schema>& connected, std::string_view service) const;

    // "alpha5 and beta2": the other releases that have this very method.
    [[nodiscard]] std::string releases_with(const schema::Method& method, const schema::Schema* except) const;

  private:
    struct Known {
        std::shared_ptr<const schema::Schema> schema;
        std::optional<std::size_t> column;  // of the release map; nothing for other APIs
    };
    // What a called schema means to a connected one; both the same for a name that the connected release has.
    struct Pair {
        const schema::Schema* called = nullptr;
        const schema::Schema* connected = nullptr;
        Conversions conversions;
        std::unique_ptr<const ReleaseNames> names;
    };
    [[nodiscard]] const Pair* pair_of(const schema::Schema& called, const schema::Schema& connected) const;
    [[nodiscard]] base::Error lacks(const schema::Schema& connected, const Known& other, const schema::Method& method) const;
    [[nodiscard]] base::Error unknown(const schema::Schema& connected, std::string_view service, std::string_view method) const;

    std::vector<Known> known_;
    std::vector<Pair> pairs_;
};

// Makes the called method's request into that of the method that is asked, which it chooses. Errors: 40003 bad_value if the
// request does not say which, 50110 release_lacks_method if what it says has no counterpart.
base::Result<std::string> choose_method(ResolvedName& route, std::string request);

// The answer as the called name promises it. Error 40010 upstream_bad_request with Octane's text if the answer says that Octane
// refused, where the called name would have failed.
base::Result<base::ByteChain> translate_answer(const ResolvedName& route, base::ByteChain answer);

}  // namespace octane::livelink
