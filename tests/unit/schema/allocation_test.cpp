// Counts what operator new hands out on this thread, to hold find_method to its promise of not allocating.
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include "livelink/builtin_schemas.hpp"
#include "schema/schema.hpp"

namespace {

thread_local std::size_t allocations = 0;

void* counted(std::size_t size) noexcept {
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}

void* counted_or_throw(std::size_t size) {
    void* memory = counted(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

// All forms but the aligned ones, which have their own delete: a sanitizer tells mixed pairs apart.
void* operator new(std::size_t size) {
    return counted_or_throw(size);
}
void* operator new[](std::size_t size) {
    return counted_or_throw(size);
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return counted(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return counted(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t& /*tag*/) noexcept {
    std::free(memory);
}

namespace octane::schema::tests {

TEST_CASE("Finding a method allocates nothing, whatever the spelling; failing to find it does") {
    const auto& schema = *livelink::builtin_schemas().front();
    const auto cost = [&](std::string_view service, std::string_view method, bool is_there) {
        const std::size_t before = allocations;
        const bool is_found = schema.find_method(service, method).has_value();
        const std::size_t spent = allocations - before;
        CHECK(is_found == is_there);
        return spent;
    };
    for (const auto* service : {"octaneapi.ApiLocalDB_CategoryService", "octaneapi.ApiLocalDB_Category",
                                "ApiLocalDB_CategoryService", "ApiLocalDB_Category", "apilocaldb_categoryservice"}) {
        CHECK(cost(service, "savePackage", true) == 0);
        CHECK(cost(service, "savepackage", true) == 0);
    }
    CHECK(cost("ApiLocalDB_Category", "savePackages", false) > 0);
}

}  // namespace octane::schema::tests
