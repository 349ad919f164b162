#include "livelink/stale_frames.hpp"

#include <algorithm>

namespace octane::livelink {

void StaleFrames::mark_newest() {
    if (newest_seq_ > 0) stats_.stale_up_to.store(newest_seq_);
}

// Levels grow, but begin anew after a stop.
bool StaleFrames::is_expected(std::uint64_t level) const {
    const bool is_from_before = *expected_ < level_at_answer_ && level >= level_at_answer_;
    return level >= *expected_ && !is_from_before;
}

void StaleFrames::frame_came(std::uint64_t seq, std::uint64_t level) {
    const std::lock_guard lock(mutex_);
    if (newest_seq_ == 0 || level != newest_level_) level_began_ = seq;
    newest_seq_ = seq;
    newest_level_ = level;
    if (awaits_update_ && level_before_edit_ && level != *level_before_edit_)
        awaits_update_ = false;  // by somebody else's update
    if (expected_ && is_expected(level)) expected_.reset();
    const bool is_unknown = asked_ != answered_ && level == level_at_edit_;
    if (awaits_update_ || expected_ || is_unknown) {
        mark_newest();
    } else {
        published_ = level;
    }
}

void StaleFrames::note_scene_edit(bool may_be_published) {
    if (awaits_update_ || (may_be_published && !published_)) return;
    awaits_update_ = true;
    // While Octane's level is being asked for, the answer is the level before this edit; not so if this one may raise it itself.
    const bool is_asked = asked_ != answered_ && !may_be_published;
    level_before_edit_ = is_asked ? std::nullopt : published_;
}

bool StaleFrames::edit_made(EditKind kind) {
    const std::lock_guard lock(mutex_);
    if (kind == EditKind::none) return false;
    mark_newest();
    bool should_ask = kind == EditKind::camera || kind == EditKind::update || kind == EditKind::rendering;
    if (needs_update(kind)) {
        note_scene_edit(kind == EditKind::camera);
        should_ask = should_ask || (awaits_update_ && !level_before_edit_);
    } else if (kind == EditKind::update) {
        awaits_update_ = false;
    } else if (kind == EditKind::restart) {
        restarted_after_ = newest_seq_;
    }
    if (!should_ask) return false;
    ++asked_;
    level_at_edit_ = newest_level_;
    return true;
}

std::optional<std::uint64_t> StaleFrames::next_question() const {
    const std::lock_guard lock(mutex_);
    return asked_ == answered_ ? std::nullopt : std::optional(asked_);
}

bool StaleFrames::answer(std::uint64_t question, std::optional<std::uint64_t> level) {
    const std::lock_guard lock(mutex_);
    if (question != asked_ || question == answered_) return false;  // a later edit has its own question
    answered_ = question;
    if (!level) return false;  // what is there stays stale, and the next frame is taken for a fresh one
    if (awaits_update_ && !level_before_edit_) {
        level_before_edit_ = level;
    } else if (awaits_update_ && *level != *level_before_edit_) {
        awaits_update_ = false;
    }
    published_ = level;
    if (newest_seq_ == 0) return false;
    const bool came_since = newest_level_ != level_at_edit_ && newest_level_ > *level;
    if (newest_level_ != *level && !came_since) {
        expected_ = level;
        level_at_answer_ = newest_level_;
        mark_newest();
        return false;
    }
    expected_.reset();
    if (awaits_update_) {
        mark_newest();
        return false;
    }
    const bool was_stale = frames::is_stale(stats_, newest_seq_);
    stats_.stale_up_to.store(std::max(level_began_ - 1, restarted_after_));
    return was_stale && !frames::is_stale(stats_, newest_seq_);
}

bool StaleFrames::awaits_update() const {
    const std::lock_guard lock(mutex_);
    return awaits_update_;
}

void StaleFrames::forget() {
    const std::lock_guard lock(mutex_);
    mark_newest();
    newest_seq_ = level_began_ = restarted_after_ = 0;
    published_.reset();
    awaits_update_ = false;
    level_before_edit_.reset();
    expected_.reset();
    answered_ = asked_;
}

}  // namespace octane::livelink
