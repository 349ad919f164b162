# Toolchain of the trees that test: Clang compiles them in two thirds of GCC 12's time, and only it has libFuzzer. What ships is GCC's.
# Debian 12's own clang is 14, whose C++20 coroutines are not what 16's are; newer systems have a newer one by that name.
find_program(OCTANE_CLANGXX NAMES clang++-16 clang++ REQUIRED)
find_program(OCTANE_CLANG NAMES clang-16 clang REQUIRED)
set(CMAKE_CXX_COMPILER ${OCTANE_CLANGXX})
set(CMAKE_C_COMPILER ${OCTANE_CLANG})
