// Stand-in renderer: reading and setting values in the graph, with what follows from them.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "standin/scene.hpp"

namespace octane::standin {
namespace {

constexpr int kValue = 185;     // A_VALUE
constexpr int kPinCount = 113;  // A_PIN_COUNT
constexpr int kSunDirection = 30;
constexpr int kGeometryPin = 12;
constexpr std::int64_t kMostInputs = 1000;

float first(const Value* value, float otherwise) {
    if (value == nullptr) return otherwise;
    return value->type >= AttributeType::float1 && value->type <= AttributeType::float4 ? value->real[0]
                                                                                        : static_cast<float>(value->whole[0]);
}

}  // namespace

Item* Scene::follow(const Item* from, std::initializer_list<const char*> pins) const {
    Item* at = from == nullptr ? nullptr : item(from->handle);
    for (const char* name : pins) {
        if (at == nullptr) return nullptr;
        const auto index = at->pin_index(schema_.number("PinId", name));
        at = index ? item(at->pins[*index].connected) : nullptr;
    }
    return at;
}

Value* Scene::value_of(Item* item) const {
    Attribute* attribute = item == nullptr ? nullptr : item->attribute(kValue);
    return attribute == nullptr ? nullptr : &attribute->value;
}

bool Scene::set_value(Item& item, Attribute& attribute, const Value& value) {
    if (!same_family(attribute.spec.type, value.type)) return false;
    const AttributeType type = attribute.spec.type;
    if (attribute.value.whole != value.whole || attribute.value.real != value.real || attribute.value.text != value.text)
        mark_edited();
    attribute.value = value;
    attribute.value.type = type;
    if (attribute.spec.id == kPinCount) resize_group(item);
    if (Item* owner = this->item(item.owner_node); owner != nullptr && owner->type == kSunDirection) {
        const auto pin = [&](const char* name, float otherwise) { return first(value_of(follow(owner, {name})), otherwise); };
        const auto sun = sun_direction(pin("P_LATITUDE", 0), pin("P_LONGITUDE", 0), static_cast<int>(pin("P_MONTH", 1)),
                                       static_cast<int>(pin("P_DAY", 1)), pin("P_HOUR", 12), pin("P_GMT_OFFSET", 0));
        *value_of(owner) = Value::floats(AttributeType::float3, {sun[0], sun[1], sun[2], 0});
    }
    return true;
}

void Scene::resize_group(Item& item) {
    const auto wanted =
        static_cast<std::size_t>(std::clamp<std::int64_t>(item.attribute(kPinCount)->value.whole[0], 0, kMostInputs));
    while (item.pins.size() > wanted) {
        connect(item, item.pins.size() - 1, 0, false);
        item.pins.pop_back();
    }
    while (item.pins.size() < wanted) {
        PinSpec spec;
        spec.type = kGeometryPin;
        spec.name = "input" + std::to_string(item.pins.size() + 1);
        spec.label = "Input " + std::to_string(item.pins.size() + 1);
        item.pins.push_back({spec, 0});
    }
}

std::array<float, 3> sun_direction(float latitude, float longitude, int month, int day, float hour, float gmt_offset) {
    const double radian = std::numbers::pi / 180;
    const double day_of_year = 30.44 * (month - 1) + day;
    const double declination = -23.44 * radian * std::cos(2 * std::numbers::pi * (day_of_year + 10) / 365.25);
    const double solar_hour = hour - gmt_offset + longitude / 15;
    const double angle = (solar_hour - 12) * 15 * radian;
    const double up = std::sin(latitude * radian) * std::sin(declination) +
                      std::cos(latitude * radian) * std::cos(declination) * std::cos(angle);
    const double west = std::cos(declination) * std::sin(angle);
    const double north = std::cos(latitude * radian) * std::sin(declination) -
                         std::sin(latitude * radian) * std::cos(declination) * std::cos(angle);
    // +X is east and -Z is north.
    return {static_cast<float>(-west), static_cast<float>(up), static_cast<float>(-north)};
}

}  // namespace octane::standin
