#include "app/own_names.hpp"

#include <boost/asio/ip/host_name.hpp>

#include "http/network.hpp"

namespace octane::app {

std::vector<std::string> own_names() {
    boost::system::error_code error;
    const std::string name = boost::asio::ip::host_name(error);
    if (error || name.empty()) return {};
    const auto dot = name.find('.');
    if (dot == std::string::npos) return {name};
    return {name, name.substr(0, dot)};
}

bool is_open_to_others(const std::string& host) {
    const auto address = http::parse_ip(host);
    return address ? !address->is_loopback() : host != "localhost";
}

}  // namespace octane::app
