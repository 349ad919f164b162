// Room: frames. The hub's part for requests of one frame: waiting for it, and its picture.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "frames/hub.hpp"

namespace octane::frames {
namespace asio = boost::asio;

asio::awaitable<std::shared_ptr<const Frame>> Hub::wait_for_frame(FrameWish wish, std::chrono::milliseconds limit,
                                                                  asio::cancellation_slot gone) {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    const auto wait = std::make_shared<FrameWait>(loop, wish);
    if (gone.is_connected()) gone.assign([wait](asio::cancellation_type) { wait->timer.cancel(); });
    stats_.viewers.fetch_add(1, std::memory_order_relaxed);
    count_viewer(+1);
    wait->timer.expires_after(limit);
    asio::post(strand_, [this, wait] { waits_.add(wait, newest_); });
    const auto [ended] = co_await wait->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    static_cast<void>(ended);
    if (gone.is_connected()) gone.clear();
    asio::post(strand_, [this, wait] { waits_.remove(wait); });
    count_viewer(-1);
    stats_.viewers.fetch_sub(1, std::memory_order_relaxed);
    co_return wait->frame;
}

asio::awaitable<base::Result<EncodedFrame>> Hub::encode(std::shared_ptr<const Frame> frame, const RenderImage& image,
                                                        Variant variant) {
    if (!shows_picture(variant)) co_return make_encoded_frame(*frame, image, variant, nullptr);
    if (const auto made = frame->pictures->find(picture_key(variant))) {
        co_return make_encoded_frame(*frame, image, variant, made.get());
    }
    auto initiate = [this](auto handler, const std::shared_ptr<const Frame>* of, const RenderImage* shown, const Variant* form) {
        // Whoever makes the picture copies its callbacks.
        auto resume = std::make_shared<decltype(handler)>(std::move(handler));
        asio::post(workers_, [this, resume, frame = *of, shown, variant = *form] {
            with_picture(frame, *shown, variant, {stats_, budget_}, [resume](const Pictures::Made& made) {
                const auto executor = asio::get_associated_executor(*resume);
                asio::post(executor, [resume, made] {
                    auto done = std::move(*resume);
                    std::move(done)(made);
                });
            });
        });
    };
    Pictures::Made made = co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Pictures::Made)>(
        initiate, asio::use_awaitable, &frame, &image, &variant);
    if (!made) co_return std::move(made).error();
    co_return make_encoded_frame(*frame, image, variant, made->get());
}

}  // namespace octane::frames
