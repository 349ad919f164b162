// Room: schema. Where the files of a schema come from: a folder of .proto files, or a serialized descriptor set.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "schema/load_files.hpp"

namespace octane::schema {

// Every *.proto below the directory, named relative to it; links to directories are not followed. A file that cannot be read, is
// over 16 MiB or does not parse becomes a candidate with a fault. Error if the directory cannot be listed, or holds none or more
// than `most_files`.
base::Result<std::vector<Candidate>> read_directory(const std::filesystem::path& directory, std::size_t most_files = 10'000);

// Error if the bytes are not a google.protobuf.FileDescriptorSet or hold no file.
base::Result<std::vector<Candidate>> read_descriptor_set(std::string_view bytes);

}  // namespace octane::schema
