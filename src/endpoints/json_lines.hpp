// Room: endpoints. A body of JSON lines, taken apart as it comes.
//
// Pure. A line ends with a line feed, before which a carriage return may stand, or with the body; empty lines mean nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace octane::endpoints {

class JsonLines {
  public:
    explicit JsonLines(std::size_t longest) : longest_(longest) {}  // bytes of one line

    // The next piece, whose bytes must live until next() has given nothing.
    void add(std::string_view piece) { rest_ = piece; }
    void end() { is_ended_ = true; }

    // The next whole line, valid until the next call; nothing until more has been added. Error 41301 for one that is too long.
    base::Result<std::optional<std::string_view>> next();
    // Of the line that next() gave last, from 1 on.
    [[nodiscard]] std::uint64_t number() const { return number_; }
    [[nodiscard]] std::size_t kept() const { return begun_.capacity(); }  // bytes of memory

  private:
    std::size_t longest_;
    std::string_view rest_;
    std::string begun_;  // a line of which the end has not come
    std::uint64_t number_ = 0;
    bool is_given_ = false;  // begun_ was given whole
    bool is_ended_ = false;
};

}  // namespace octane::endpoints
