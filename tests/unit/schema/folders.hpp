// Tests of the schema room: a folder of files that lives as long as the test.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "schema/schema.hpp"

namespace octane::schema::tests {

class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    // Makes the directories that `name` needs.
    void write(const std::string& name, std::string_view text) const;
    // As write(), with the proto3 line and `package p;` in front.
    void write_proto(const std::string& name, const std::string& body) const;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

// The files as a schema; a problem with one of them fails the test.
std::shared_ptr<const Schema> load_whole(const Folder& folder);

}  // namespace octane::schema::tests
