// Room: livelink. Which frames show the scene as it was before the last edit that passed the proxy. docs/api.md §3 "Stale
// frames".
//
// Octane counts what it has published, and each frame says which count it shows (docs/octane.md §1.7). So an edit makes the
// frames stale that are there; those of a greater count are not, and Octane's own count says what to expect. An edit that no
// update has followed is shown by no frame. What is known goes to FrameStats::stale_up_to. Any thread; a mutex is held for a few
// instructions.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "frames/stats.hpp"
#include "livelink/edit_kind.hpp"

namespace octane::livelink {

class StaleFrames {
  public:
    explicit StaleFrames(frames::FrameStats& stats) : stats_(stats) {}
    StaleFrames(const StaleFrames&) = delete;
    StaleFrames& operator=(const StaleFrames&) = delete;

    // A frame, before anybody is given it. `level` is its change level.
    void frame_came(std::uint64_t seq, std::uint64_t level);

    // An edit has succeeded. True if Octane is to be asked for its level: with the number of a question, taken before it is
    // asked.
    bool edit_made(EditKind kind);
    [[nodiscard]] std::optional<std::uint64_t> next_question() const;  // nothing: all have been answered
    // What Octane said, or nothing if it did not. True if the newest frame has become fresh by that.
    bool answer(std::uint64_t question, std::optional<std::uint64_t> level);

    // An edit waits for its update.
    [[nodiscard]] bool awaits_update() const;
    // Octane is another, or its project: what is known says nothing about its frames.
    void forget();

  private:
    void mark_newest();
    void note_scene_edit(bool may_be_published);
    [[nodiscard]] bool is_expected(std::uint64_t level) const;

    frames::FrameStats& stats_;
    mutable std::mutex mutex_;
    std::uint64_t newest_seq_ = 0;  // 0: there has been no frame
    std::uint64_t newest_level_ = 0;
    std::uint64_t level_began_ = 0;           // the first frame of newest_level_
    std::uint64_t restarted_after_ = 0;       // seq of the frame that was the newest at the last restart
    std::optional<std::uint64_t> published_;  // Octane's level, as far as known
    // An edit that no update has followed, and the level of a scene without it; nothing: not known yet.
    bool awaits_update_ = false;
    std::optional<std::uint64_t> level_before_edit_;
    // The level that frames will have, where Octane has said so and no frame has had it yet; and the one they had then.
    std::optional<std::uint64_t> expected_;
    std::uint64_t level_at_answer_ = 0;
    std::uint64_t level_at_edit_ = 0;  // of the newest frame at the edit that raised the newest question
    std::uint64_t asked_ = 0;          // number of the newest question
    std::uint64_t answered_ = 0;
};

}  // namespace octane::livelink
