// Room: app. All upstreams that the options name, from their start to their end.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/octane_front.hpp"
#include "app/options.hpp"
#include "app/upstream_terms.hpp"
#include "endpoints/upstream_table.hpp"
#include "rpc/caller.hpp"
#include "rpc/invoker.hpp"
#include "rpc/plain_policy.hpp"
#include "upstream/upstream.hpp"

namespace octane::app {

// Octane first, where the options without a section describe one. Throws std::runtime_error as load_schemas().
std::vector<LoadedUpstream> load_upstreams(const Options& options);

class UpstreamSet {
  public:
    // Makes them, and enters them in `table`. What is passed must outlive this, and the loops must run until shutdown().
    UpstreamSet(const Options& options, const std::vector<LoadedUpstream>& loaded, const boost::asio::any_io_executor& control,
                const std::vector<boost::asio::any_io_executor>& loops, boost::asio::thread_pool& workers,
                const endpoints::Site& site, endpoints::UpstreamTable& table);
    ~UpstreamSet();
    UpstreamSet(const UpstreamSet&) = delete;
    UpstreamSet& operator=(const UpstreamSet&) = delete;

    // On the control thread, as stop(), close() and the questions. `on_end` is called whenever one of them may be answered
    // otherwise.
    void start(const std::function<void()>& on_end);
    void stop();
    void stop_hubs();
    [[nodiscard]] bool has_session() const;  // a callback session still runs
    [[nodiscard]] bool has_watch() const;    // a watch of a connection still runs
    // The calls under way end, saying that the proxy is going down.
    void close();
    // The same, and joins the pollers' threads; false if gRPC does not let go of all calls.
    bool shutdown();

    // The epoch of the Octane that a path is about: the one it names first, else the first one; nothing where there is none.
    [[nodiscard]] std::optional<std::uint64_t> epoch_for(std::string_view path) const;

  private:
    struct Plain;
    std::vector<std::unique_ptr<OctaneFront>> octanes_;
    std::vector<std::unique_ptr<Plain>> plain_;
};

}  // namespace octane::app
