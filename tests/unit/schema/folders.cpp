#include "folders.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace octane::schema::tests {

Folder::Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "octane-schema-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder");
    path_ = name;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void Folder::write(const std::string& name, std::string_view text) const {
    const auto path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + name);
}

void Folder::write_proto(const std::string& name, const std::string& body) const {
    write(name, "syntax = \"proto3\";\npackage p;\n" + body);
}

std::shared_ptr<const Schema> load_whole(const Folder& folder) {
    auto schema = Schema::from_directory("mine", folder.path());
    REQUIRE(schema.has_value());
    REQUIRE(schema.value()->problems() == std::vector<std::string>{});
    return *std::move(schema);
}

}  // namespace octane::schema::tests
