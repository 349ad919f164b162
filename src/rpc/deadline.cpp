#include "rpc/deadline.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace octane::rpc {
namespace {

using Milliseconds = std::chrono::milliseconds;
using Answer = base::Result<std::optional<Milliseconds>>;

// gRPC allows eight digits; a deadline beyond a year is as good as none.
constexpr double kLongest = 365.0 * 24 * 3600 * 1000;

base::Error bad(std::string_view header, std::string_view value, std::string_view rule) {
    return base::make_error(base::ErrorCode::bad_header, "the header " + std::string(header) + " is '" +
                                                             std::string(value.substr(0, 40)) + "'; " + std::string(rule));
}

struct Amount {
    double number = 0;
    std::string_view unit;
};

std::optional<Amount> split(std::string_view text) {
    Amount amount;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount.number, std::chars_format::fixed);
    if (error != std::errc() || amount.number < 0 || !std::isfinite(amount.number)) return std::nullopt;
    amount.unit = text.substr(static_cast<std::size_t>(end - text.data()));
    return amount;
}

// At least one millisecond for anything above zero: a deadline is never rounded to "none".
Milliseconds to_milliseconds(double value) {
    if (value <= 0) return Milliseconds(0);
    return Milliseconds(static_cast<std::int64_t>(std::ceil(std::min(value, kLongest))));
}

Answer read_x_timeout(std::string_view text) {
    const auto amount = split(text);
    double scale = 0;
    if (amount) {
        if (amount->unit == "ms") scale = 1;
        if (amount->unit.empty() || amount->unit == "s") scale = 1000;
        if (amount->unit == "m" || amount->unit == "min") scale = 60000;
    }
    if (scale == 0) return bad("X-Timeout", text, "it takes a time such as 5s, 500ms or 2m");
    return std::optional(to_milliseconds(amount->number * scale));
}

Answer read_grpc_timeout(std::string_view text) {
    const auto amount = split(text);
    double scale = 0;
    const bool is_digits = text.size() <= 9 && text.find_first_not_of("0123456789") == text.size() - 1;
    if (amount && is_digits && amount->unit.size() == 1) {
        switch (amount->unit.front()) {
            case 'H': scale = 3600000; break;
            case 'M': scale = 60000; break;
            case 'S': scale = 1000; break;
            case 'm': scale = 1; break;
            case 'u': scale = 0.001; break;
            case 'n': scale = 0.000001; break;
            default: break;
        }
    }
    if (scale == 0) return bad("grpc-timeout", text, "it takes up to eight digits and one of H M S m u n, such as 5S or 500m");
    return std::optional(std::max(to_milliseconds(amount->number * scale), Milliseconds(1)));
}

Answer read_connect_timeout(std::string_view text) {
    const auto amount = split(text);
    if (!amount || !amount->unit.empty()) return bad("Connect-Timeout-Ms", text, "it takes milliseconds, such as 5000");
    return std::optional(std::max(to_milliseconds(amount->number), Milliseconds(1)));
}

}  // namespace

Answer read_deadline(const DeadlineHeaders& headers) {
    if (!headers.x_timeout.empty()) return read_x_timeout(headers.x_timeout);
    if (!headers.grpc_timeout.empty()) return read_grpc_timeout(headers.grpc_timeout);
    if (!headers.connect_timeout_ms.empty()) return read_connect_timeout(headers.connect_timeout_ms);
    return std::optional<Milliseconds>();
}

}  // namespace octane::rpc
