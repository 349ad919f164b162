// Room: frames. Who may have which pictures made: so many different ones at once, and a share of them for each client.
//
// A place is taken before a viewer joins, so that any number of viewers that come at the same moment cannot take more. Any
// thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

// Room for the pictures of one viewer, given back with the last copy; null where none is needed.
using PicturePlace = std::shared_ptr<const void>;

class PicturePlaces {
  public:
    // Different pictures (picture_keys(): whatever the container, and each form by itself) made at once, besides the full-size
    // JPEG and the raw buffer of those who ask for nothing in particular.
    static constexpr std::size_t kMost = 32;
    static constexpr std::size_t kMostOfOneClient = 16;

    PicturePlaces() : book_(std::make_shared<Book>()) {}

    // `client` is whose share it is; empty: nobody's. A picture that somebody has already needs no room, and none of a client's
    // share if the client itself has it. Error: 42901 too_many_variants.
    [[nodiscard]] base::Result<PicturePlace> take(const Variant& variant, const std::string& client);

  private:
    using Counts = std::map<Variant, std::size_t>;
    struct Book {
        std::mutex mutex;
        Counts pictures;
        std::map<std::string, Counts> by_client;
    };
    struct Held;

    std::shared_ptr<Book> book_;  // outlived by no place
};

}  // namespace octane::frames
