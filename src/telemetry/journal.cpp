// Not spdlog's asynchronous logger: its end waits without limit for a writer that is blocked.
#include "telemetry/journal.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

#include "telemetry/line.hpp"
#include "telemetry/repeats.hpp"

namespace octane::telemetry {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr std::chrono::seconds kRepeatWindow{5};
constexpr std::size_t kRepeatCapacity = 64;

}  // namespace

struct Journal::Shared {
    Shared(LogFormat wanted, Write given) : format(wanted), write(std::move(given)) {}

    void run();
    void push(const std::vector<Repeats::Summary>& summaries);
    void push(std::string_view body, unsigned times);

    const LogFormat format;
    const Write write;
    std::mutex mutex;                 // guards all that follows; never held while writing
    std::condition_variable changed;  // for the thread
    std::condition_variable ended;
    Repeats repeats{kRepeatWindow, kRepeatCapacity};
    std::vector<std::string> waiting;  // bounded by kMostWaiting
    std::uint64_t lost = 0;            // since the thread last took what was waiting
    bool is_ending = false;
    bool has_ended = false;
};

void Journal::Shared::push(std::string_view body, unsigned times) {
    if (waiting.size() >= kMostWaiting) {
        ++lost;
        return;
    }
    waiting.push_back(format_line(format, system_clock::now(), body, times) + '\n');
}

void Journal::Shared::push(const std::vector<Repeats::Summary>& summaries) {
    for (const auto& summary : summaries) push(summary.body, summary.count);
}

void Journal::Shared::run() {
    std::vector<std::string> lines;
    std::unique_lock lock(mutex);
    for (bool is_last = false; !is_last;) {
        const auto deadline = repeats.next_deadline();
        // Besides lines and the end: the first repeat of a line sets a nearer deadline.
        const auto has_work = [&] { return is_ending || !waiting.empty() || repeats.next_deadline() != deadline; };
        changed.wait_until(lock, deadline.value_or(steady_clock::now() + std::chrono::minutes(1)), has_work);
        is_last = is_ending;
        push(is_last ? repeats.take_all() : repeats.take_finished(steady_clock::now()));
        lines.clear();
        lines.swap(waiting);
        if (const auto count = std::exchange(lost, 0); count > 0) {
            const auto body =
                format_body(format, Level::warn, "Log lines were lost: they came faster than they are taken", {{"lines", count}});
            lines.push_back(format_line(format, system_clock::now(), body, 0) + '\n');
        }
        if (lines.empty()) continue;
        lock.unlock();
        write(lines);
        lock.lock();
    }
    has_ended = true;
    ended.notify_all();
}

Journal::Journal(LogFormat format, Write write, std::chrono::milliseconds longest_end)
    : shared_(std::make_shared<Shared>(format, std::move(write))),
      longest_end_(longest_end),
      thread_([shared = shared_] { shared->run(); }) {}

Journal::~Journal() {
    std::unique_lock lock(shared_->mutex);
    shared_->is_ending = true;
    shared_->changed.notify_one();
    const bool has_ended = shared_->ended.wait_for(lock, longest_end_, [this] { return shared_->has_ended; });
    lock.unlock();
    if (has_ended) {
        thread_.join();
    } else {
        thread_.detach();
    }
}

void Journal::add(Level level, std::string_view message, std::initializer_list<Field> fields) {
    const LogFormat format = shared_->format;
    const std::string event = format_body(format, level, message, fields, false);
    const bool has_measurements = std::ranges::any_of(fields, &Field::is_incidental);
    const std::string measured = has_measurements ? format_body(format, level, message, fields) : std::string();
    const std::scoped_lock lock(shared_->mutex);
    const auto now = steady_clock::now();
    const bool is_new = shared_->repeats.admit(level, event, now);
    shared_->push(shared_->repeats.take_finished(now));
    if (is_new) shared_->push(has_measurements ? measured : event, 0);
    shared_->changed.notify_one();
}

}  // namespace octane::telemetry
