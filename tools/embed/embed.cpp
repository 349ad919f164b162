// Build tool: turns files into C++ arrays, so that the binary runs from anywhere.
//
//   octane-embed OUTPUT NAMESPACE::FUNCTION FILE       one file as a function that returns std::string_view
//   octane-embed --table OUTPUT ROOT RELATIVE-FILE…    octane::endpoints::page_files(), path and bytes of each
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_array(std::ostream& out, const std::string& name, const std::string& bytes) {
    out << "constexpr unsigned char " << name << "[] = {";
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i % 64 == 0) out << '\n';
        out << static_cast<unsigned>(static_cast<unsigned char>(bytes[i])) << ',';
    }
    out << "0};\n";
}

void write_view(std::ostream& out, const std::string& name, const std::string& bytes) {
    out << "std::string_view(reinterpret_cast<const char*>(" << name << "), " << bytes.size() << ")";
}

void embed_one(const std::string& output, const std::string& function, const std::string& file) {
    const auto split = function.rfind("::");
    if (split == std::string::npos) throw std::runtime_error("the function needs a namespace: " + function);
    const std::string bytes = read_file(file);
    std::ofstream out(output);
    out << "#include <string_view>\n\nnamespace {\n";
    write_array(out, "kBytes", bytes);
    out << "}  // namespace\n\nnamespace " << function.substr(0, split) << " {\nstd::string_view " << function.substr(split + 2)
        << "();\nstd::string_view " << function.substr(split + 2) << "() { return ";
    write_view(out, "kBytes", bytes);
    out << "; }\n}\n";
}

void embed_table(const std::string& output, const std::string& root, std::span<char*> files) {
    std::ofstream out(output);
    out << "#include \"endpoints/page_files.hpp\"\n\nnamespace {\n";
    std::vector<std::string> contents;
    for (std::size_t i = 0; i < files.size(); ++i) {
        contents.push_back(read_file(root + "/" + files[i]));
        write_array(out, "kFile" + std::to_string(i), contents.back());
    }
    out << "}  // namespace\n\nnamespace octane::endpoints {\nstd::span<const PageFile> page_files() {\n    static const "
           "PageFile kFiles[] = {\n";
    for (std::size_t i = 0; i < files.size(); ++i) {
        out << "        {\"/" << files[i] << "\", ";
        write_view(out, "kFile" + std::to_string(i), contents[i]);
        out << "},\n";
    }
    out << "    };\n    return kFiles;\n}\n}  // namespace octane::endpoints\n";
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::span<char*> args(argv, static_cast<std::size_t>(argc));
        if (argc >= 5 && std::string(args[1]) == "--table") {
            embed_table(args[2], args[3], args.subspan(4));
        } else if (argc == 4) {
            embed_one(args[1], args[2], args[3]);
        } else {
            std::cerr << "usage: octane-embed OUTPUT NAMESPACE::FUNCTION FILE | --table OUTPUT ROOT FILE…\n";
            return 2;
        }
    } catch (const std::exception& error) {
        std::cerr << "octane-embed: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
