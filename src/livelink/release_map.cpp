#include "livelink/release_map.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "livelink/embedded.hpp"

namespace octane::livelink {
namespace {

constexpr std::array<std::string_view, 7> kKinds = {"service", "method", "member", "value", "synonym", "lacks", "apart"};
constexpr std::array<std::string_view, 3> kLastColumns = {"request", "answer", "note"};

// No cell of the file needs quotes, so none are understood.
std::vector<std::string_view> split(std::string_view text, char mark) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(mark);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::optional<std::vector<std::string>> read_header(std::string_view line) {
    const auto cells = split(line, ',');
    if (cells.size() < 2 + kLastColumns.size() || cells.front() != "kind") return std::nullopt;
    const std::size_t last = cells.size() - kLastColumns.size();
    for (std::size_t i = 0; i < kLastColumns.size(); ++i) {
        if (cells[last + i] != kLastColumns[i]) return std::nullopt;
    }
    return std::vector<std::string>(cells.begin() + 1, cells.begin() + static_cast<std::ptrdiff_t>(last));
}

std::optional<MapKind> read_kind(std::string_view word) {
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        if (kKinds[i] == word) return static_cast<MapKind>(i);
    }
    return std::nullopt;
}

// "objectPtr=item_ref =expected_type:PIN_ID_BOOL"
std::optional<std::vector<MapPair>> read_pairs(std::string_view cell, std::size_t columns) {
    std::vector<MapPair> pairs;
    if (cell.empty()) return pairs;
    for (const auto word : split(cell, ' ')) {
        MapPair pair;
        for (const auto side : split(word, '=')) {
            const std::size_t colon = side.find(':');
            const auto constant = colon == std::string_view::npos ? std::string_view() : side.substr(colon + 1);
            pair.push_back({std::string(side.substr(0, colon)), std::string(constant)});
        }
        if (pair.size() != columns) return std::nullopt;
        pairs.push_back(std::move(pair));
    }
    return pairs;
}

std::optional<MapRow> read_row(std::string_view line, std::size_t columns) {
    const auto cells = split(line, ',');
    if (cells.size() != 1 + columns + kLastColumns.size()) return std::nullopt;
    const auto kind = read_kind(cells[0]);
    auto request = read_pairs(cells[columns + 1], columns);
    auto answer = read_pairs(cells[columns + 2], columns);
    if (!kind || !request || !answer) return std::nullopt;
    MapRow row{*kind, {}, *std::move(request), *std::move(answer), std::string(cells[columns + 3])};
    for (std::size_t i = 0; i < columns; ++i) row.names.emplace_back(cells[i + 1]);
    return row;
}

}  // namespace

base::Result<ReleaseMap> ReleaseMap::parse(std::string_view csv) {
    ReleaseMap map;
    std::size_t number = 0;
    for (const auto line : split(csv, '\n')) {
        ++number;
        if (line.empty()) continue;
        const auto bad = base::make_error(base::ErrorCode::internal,
                                          "line " + std::to_string(number) + " of the table of releases cannot be read");
        if (number == 1) {
            auto releases = read_header(line);
            if (!releases) return bad;
            map.releases_ = *std::move(releases);
            map.index_.resize(map.releases_.size());
            continue;
        }
        auto row = read_row(line, map.releases_.size());
        if (!row) return bad;
        for (std::size_t i = 0; i < row->names.size(); ++i) {
            for (const auto name : split(row->names[i], ' ')) {
                if (!name.empty()) map.index_[i][std::string(name)].push_back(map.rows_.size());
            }
        }
        map.rows_.push_back(*std::move(row));
    }
    if (map.releases_.empty()) return base::make_error(base::ErrorCode::internal, "the table of releases is empty");
    return map;
}

std::vector<const MapRow*> ReleaseMap::find(std::size_t column, std::string_view name) const {
    std::vector<const MapRow*> found;
    const auto place = index_[column].find(name);
    if (place == index_[column].end()) return found;
    for (const std::size_t row : place->second) found.push_back(&rows_[row]);
    return found;
}

std::optional<std::size_t> ReleaseMap::column_of(const schema::Schema& schema) const {
    for (std::size_t i = 0; i < releases_.size(); ++i) {
        if (releases_[i] == schema.name()) return i;
    }
    for (const auto& row : rows_) {
        if (row.kind != MapKind::method) continue;
        for (std::size_t i = 0; i < releases_.size(); ++i) {
            if (method_named(schema, row.names[i]) != nullptr) return i;
        }
    }
    return std::nullopt;
}

const ReleaseMap& builtin_release_map() {
    static const ReleaseMap map = [] {
        auto read = ReleaseMap::parse(embedded_release_map());
        if (!read) throw std::runtime_error(read.error().message);
        return *std::move(read);
    }();
    return map;
}

std::string_view parent_of(std::string_view full_name) {
    const std::size_t dot = full_name.rfind('.');
    return full_name.substr(0, dot == std::string_view::npos ? 0 : dot);
}

std::string_view simple_name(std::string_view full_name) {
    return full_name.substr(full_name.rfind('.') + 1);
}

const schema::Method* method_named(const schema::Schema& schema, std::string_view full_name) {
    return full_name.empty() ? nullptr : schema.lookup(parent_of(full_name), simple_name(full_name));
}

}  // namespace octane::livelink
