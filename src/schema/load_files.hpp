// Room: schema. Puts proto files into one descriptor pool, as many as fit, and says in one sentence each why the others do not.
//
// Folders found in the wild hold files that contradict one another; one bad file must not cost the others. The order is fixed
// (by name, each file's imports before it), so the same files always give the same pool: of two that conflict the earlier stays.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace octane::schema {

// One file to load. A file that could not even be read comes with the reason and without contents.
struct Candidate {
    std::string name;  // as other files import it: relative, with forward slashes
    google::protobuf::FileDescriptorProto contents;
    std::string fault;
    bool is_only_imported = false;  // its services are not offered
};

struct LoadedFiles {
    std::unique_ptr<google::protobuf::DescriptorPool> pool;
    std::vector<const google::protobuf::FileDescriptor*> files;  // those of the candidates that were loaded, imports first
    std::set<std::string> only_imported;                         // names of those of them that are
    std::vector<std::string> problems;                           // one sentence per candidate left out, sorted by file name
};

// What is said of a file in an edition, which this protobuf cannot read.
std::string edition_fault();

// The well-known types (google/protobuf/*.proto) and the files of google_files.hpp are supplied where they are imported and no
// usable candidate brings them.
LoadedFiles load_files(std::vector<Candidate> candidates);

}  // namespace octane::schema
