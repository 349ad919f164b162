// Room: base. Identifiers that need only be unique, not secret. Any thread may call these.
#pragma once

#include <string>

namespace octane::base {

// A random version-4 UUID in its usual lower-case form.
std::string make_uuid();

// Twelve hexadecimal digits for a call that brought no X-Call-Id.
std::string make_call_id();

}  // namespace octane::base
