#include "frames/picture_places.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "frames/picture.hpp"
#include "frames/two_speeds.hpp"

namespace octane::frames {
namespace {

// What a viewer gets who asks for nothing in particular: it is never refused for want of room.
bool is_default_picture(const Variant& key) {
    static const Variant kJpeg = picture_key(Variant{});
    static const Variant kRaw = [] {
        Variant raw;
        raw.format = Format::raw;
        return picture_key(raw);
    }();
    return key == kJpeg || key == kRaw;
}

template <typename Counts>
void add(Counts& counts, const std::vector<Variant>& pictures) {
    for (const auto& picture : pictures) ++counts[picture];
}

template <typename Counts>
void remove(Counts& counts, const std::vector<Variant>& pictures) {
    for (const auto& picture : pictures) {
        const auto found = counts.find(picture);
        if (--found->second == 0) counts.erase(found);
    }
}

// Whether they fit beside those that are there.
template <typename Counts>
bool has_room(const Counts& counts, const std::vector<Variant>& pictures, std::size_t most) {
    const auto added = static_cast<std::size_t>(
        std::ranges::count_if(pictures, [&counts](const Variant& key) { return !counts.contains(key); }));
    return added == 0 || counts.size() + added <= most;
}

base::Error refuse(const std::string& who, std::size_t most) {
    return base::make_error(base::ErrorCode::too_many_variants,
                            who + std::to_string(most) +
                                " different forms at most, each of motion and final being one; use a format, quality, size and "
                                "pass that another viewer has");
}

}  // namespace

struct PicturePlaces::Held {
    Held(std::shared_ptr<Book> of, std::vector<Variant> taken, std::string by)
        : book(std::move(of)), pictures(std::move(taken)), client(std::move(by)) {}
    ~Held() {
        const std::lock_guard lock(book->mutex);
        remove(book->pictures, pictures);
        const auto own = book->by_client.find(client);
        if (own == book->by_client.end()) return;
        remove(own->second, pictures);
        if (own->second.empty()) book->by_client.erase(own);
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    const std::shared_ptr<Book> book;
    const std::vector<Variant> pictures;
    const std::string client;
};

base::Result<PicturePlace> PicturePlaces::take(const Variant& variant, const std::string& client) {
    std::vector<Variant> pictures;
    for (const auto& key : picture_keys(variant)) {
        if (!is_default_picture(key)) pictures.push_back(key);
    }
    if (pictures.empty()) return PicturePlace();
    const std::lock_guard lock(book_->mutex);
    if (!has_room(book_->pictures, pictures, kMost)) return refuse("frames are made in ", kMost);
    if (!client.empty()) {
        const auto own = book_->by_client.find(client);
        if (!has_room(own == book_->by_client.end() ? Counts() : own->second, pictures, kMostOfOneClient))
            return refuse("frames are made for one client in ", kMostOfOneClient);
        add(book_->by_client[client], pictures);
    }
    add(book_->pictures, pictures);
    return PicturePlace(std::make_shared<const Held>(book_, std::move(pictures), client));
}

}  // namespace octane::frames
