#include "app/own_names.hpp"

#include <boost/asio/ip/host_name.hpp>

namespace octane::app {

std::vector<std::string> own_names() {
    boost::system::error_code error;
    const std::string name = boost::asio::ip::host_name(error);
    if (error || name.empty()) return {};
    const auto dot = name.find('.');
    if (dot == std::string::npos) return {name};
    return {name, name.substr(0, dot)};
}

}  // namespace octane::app
