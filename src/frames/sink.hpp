// Room: frames. The two ends of the frame path: who publishes frames, and who takes them.
//
// Sources are the renderer's session, a relay's subscriber and tests; sinks are the loops of viewers, a relay's publisher and
// tests. The hub stands between them and knows them by these two interfaces only.
#pragma once

#include <cstddef>
#include <memory>

#include "frames/encoded_frame.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

// Calls Hub::publish() and Hub::announce(). What follows is called on the hub's strand.
class Source {
  public:
    virtual ~Source() = default;
    // So many viewers and single requests are there now: with none, no frame is needed.
    virtual void on_demand(std::size_t viewers) = 0;
    // Somebody takes frames in this variant, or nobody does any more. For sources that publish encoded frames; the hub encodes
    // what comes with its pixels.
    virtual void on_variant(const Variant& variant, bool is_wanted) = 0;
};

// Takes the frames of one variant, in order, newest last. Called on the variant's own strand over the workers: must not block.
class Sink {
  public:
    virtual ~Sink() = default;
    virtual void take(const std::shared_ptr<const EncodedFrame>& frame) = 0;
    // Once: what there was when the sink was added has been taken, or is being made.
    virtual void on_added() {}
};

}  // namespace octane::frames
