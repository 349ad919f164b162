#include "frames/picture.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace octane::frames {

const RenderImage* shown_image(const Frame& frame, const std::optional<std::int32_t>& render_pass) {
    if (frame.images.empty()) return nullptr;
    if (!render_pass) return &frame.images.front();
    const auto found = std::ranges::find(frame.images, *render_pass, &RenderImage::render_pass_id);
    if (found != frame.images.end()) return &*found;
    const bool has_ids = std::ranges::any_of(frame.images, [](const RenderImage& image) { return image.render_pass_id != 0; });
    if (has_ids || *render_pass < 0 || static_cast<std::size_t>(*render_pass) >= frame.images.size()) return nullptr;
    return &frame.images[static_cast<std::size_t>(*render_pass)];
}

Variant picture_key(const Variant& variant) {
    Variant key = drop_unused_options(variant);
    key.container = Container::sse;
    key.motion.reset();
    key.last.reset();
    if (key.format == Format::both) key.format = Format::jpeg;
    if (key.format == Format::png || key.format == Format::exr) key.quality = 0;
    if (key.format == Format::exr) {
        key.max_width = key.max_height = 0;
        key.look = {};
    }
    return key;
}

bool shows_picture(const Variant& variant) {
    return variant.format != Format::raw;
}

std::shared_ptr<Pictures> no_pictures_yet() {
    return std::make_shared<Pictures>();
}

void Pictures::get(const Variant& key, const std::function<Made()>& make, Done done) {
    std::shared_ptr<Slot> slot;
    std::optional<Made> there;
    {
        const std::lock_guard lock(mutex_);
        auto& kept = slots_[key];
        if (!kept) {
            slot = kept = std::make_shared<Slot>();
        } else if (kept->made) {
            there = kept->made;
        } else {
            kept->waiting.push_back(std::move(done));
            return;
        }
    }
    if (there) {
        done(*there);
        return;
    }
    Made made = base::make_error(base::ErrorCode::internal, "the picture could not be made");
    try {
        made = make();
    } catch (const std::exception& error) {
        made = base::make_error(base::ErrorCode::internal, std::string("the picture could not be made: ") + error.what());
    }
    std::vector<Done> waiting;
    {
        const std::lock_guard lock(mutex_);
        slot->made = made;
        waiting.swap(slot->waiting);
        if (slots_.size() > kMaxKept) slots_.erase(key);
    }
    done(made);
    for (const auto& other : waiting) other(made);
}

std::shared_ptr<const Picture> Pictures::find(const Variant& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(key);
    if (found == slots_.end() || !found->second->made || !*found->second->made) return nullptr;
    return **found->second->made;
}

void Pictures::forget(const Variant& key) {
    std::shared_ptr<Slot> forgotten;  // ends after the lock
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(key);
    if (found == slots_.end() || !found->second->made) return;
    forgotten = std::move(found->second);
    slots_.erase(found);
}

void with_picture(const std::shared_ptr<const Frame>& frame, const RenderImage& image, const Variant& variant,
                  const PictureMaker& maker, Pictures::Done done) {
    const Variant key = picture_key(variant);
    std::size_t size = 0;  // of the picture, if it is made here
    const auto make = [&]() -> Pictures::Made {
        const auto begin = std::chrono::steady_clock::now();
        const PictureSize pixels = fit_inside(image, variant);
        auto encoded = encode_image(image, variant.format, variant.quality, pixels, variant.look);
        if (!encoded) return std::move(encoded).error();
        maker.stats.pictures.fetch_add(1, std::memory_order_relaxed);
        maker.stats.delivery.count_encoding(variant.format, std::chrono::steady_clock::now() - begin);
        size = encoded->size();
        return std::make_shared<const Picture>(Picture{base::ByteChain::own(std::move(*encoded)), pixels});
    };
    frame->pictures->get(key, make, std::move(done));
    if (size > 0) maker.budget.keep(frame->pictures, key, size);
}

}  // namespace octane::frames
