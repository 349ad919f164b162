// Room: endpoints. What follows an edit, without which nobody sees it: ApiChangeManager/update, made for those who ask for it
// with ?update=1, named once to those who do not. docs/api.md §2 "Edits".
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "endpoints/context.hpp"
#include "rpc/caller.hpp"

namespace octane::endpoints {

// Which clients know that edits need an update: they have been told, or have called it. Any thread.
class UpdateAdvice {
  public:
    // When it knows as many it forgets them all, and tells them once more.
    static constexpr std::size_t kMostClients = 1000;

    // True the first time for each client.
    bool learn(std::string_view client);

  private:
    std::mutex mutex_;
    std::set<std::string, std::less<>> known_;
};

struct EditFollowUp {
    std::optional<bool> is_updated;      // nothing: nobody asked for it, or there was nothing to update
    std::optional<std::string> warning;  // for the answer
};

// Whether anything follows the call of the plan, once it has succeeded.
[[nodiscard]] bool is_followed(const Context& context, const rpc::CallPlan& plan, bool wants_update);

// After such a call has succeeded, which was begun at `begun`: one deadline holds for both. The views of `call` must
// stay valid. A failure of the update is a warning, since the edit has been made.
boost::asio::awaitable<EditFollowUp> follow_edit(const Context& context, const rpc::CallPlan& plan, const rpc::CallRequest& call,
                                                 std::chrono::steady_clock::time_point begun, bool wants_update);

}  // namespace octane::endpoints
