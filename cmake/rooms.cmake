# octane_options: language, warnings and sanitizers for everything that is ours.
add_library(octane_options INTERFACE)
target_compile_features(octane_options INTERFACE cxx_std_20)
target_compile_options(octane_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow=local -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlaps and overflows in std::string's operator+ that cannot happen (GCC bug 105651), and takes a coroutine frame's
  # inlined operator new and its operator delete for a mismatch.
  target_compile_options(octane_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-mismatched-new-delete)
endif()
target_compile_definitions(octane_options INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ALLOW_DEPRECATED_HEADERS NOMINMAX=1)
# The code is kept free of one compiler's warnings; those that a newer one invents must not stop who only wants to build.
if(OCTANE_WARNINGS_AS_ERRORS STREQUAL "ON" OR "${CMAKE_CXX_COMPILER_ID}-${CMAKE_CXX_COMPILER_VERSION}." MATCHES
  "^${OCTANE_WARNINGS_AS_ERRORS}\\.")
  target_compile_options(octane_options INTERFACE -Werror)
endif()
if(OCTANE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Warns of a class made of lambdas or coroutines unless it stands in the file being compiled, which in a batch nothing does.
  target_compile_options(octane_options INTERFACE -Wno-subobject-linkage)
endif()
if(OCTANE_SANITIZE)
  add_compile_options(-fsanitize=${OCTANE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${OCTANE_SANITIZE})
  if(OCTANE_SANITIZE MATCHES "undefined")
    # Boost and Debian's gRPC are built without RTTI checks in mind: vptr reports inside them say nothing about us. A check of every
    # pointer for null is AddressSanitizer's as well and, with the one for alignment, a quarter of the build's time; the rooms that
    # read bytes from outside turn the latter on again.
    add_compile_options(-fno-sanitize=vptr,null,alignment,object-size)
  endif()
  if(OCTANE_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Asio's fences, which GCC's ThreadSanitizer does not know
  endif()
endif()

# octane_room(<name> [rooms it may use…] [DEPENDS packages…]): one static library from src/<name>/.
function(octane_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(octane_${name} STATIC ${sources})
  target_include_directories(octane_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  set(rooms ${ROOM_UNPARSED_ARGUMENTS})
  list(TRANSFORM rooms PREPEND octane_)
  target_link_libraries(octane_${name} PUBLIC ${rooms} ${ROOM_DEPENDS} PRIVATE octane_options)
  octane_use_precompiled(octane_${name})
  set_target_properties(octane_${name} PROPERTIES UNITY_BUILD ${OCTANE_UNITY_BUILD})
endfunction()

# What is computed per byte or per pixel: -O3, where a release is otherwise built with -O2, which is quicker to compile and as fast.
function(octane_optimise_fully)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU,Clang>>:-O3>)
  endforeach()
endfunction()

# One set of precompiled library headers for everything of ours: parsing them is most of a build.
if(OCTANE_PRECOMPILED_HEADERS)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # What was precompiled counts as GCC's garbage to be collected: going through it again and again is an eighth of a build.
    add_compile_options(--param=ggc-min-heapsize=2097152 --param=ggc-min-expand=300)
  endif()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cpp CONTENT "")  # needs a source to be a library
  add_library(octane_precompiled STATIC ${CMAKE_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(octane_precompiled PRIVATE octane_options PkgConfig::grpcpp protobuf::libprotobuf Boost::headers
    nlohmann_json::nlohmann_json Threads::Threads)
  target_precompile_headers(octane_precompiled PRIVATE
    <algorithm> <array> <atomic> <charconv> <chrono> <deque> <filesystem> <fstream> <functional> <future> <map> <memory> <mutex> <optional>
    <random> <regex> <set> <sstream> <string> <string_view> <thread> <unordered_map> <variant> <vector>
    <boost/asio.hpp> <boost/asio/experimental/awaitable_operators.hpp> <boost/beast.hpp>
    <google/protobuf/descriptor.pb.h> <google/protobuf/dynamic_message.h> <google/protobuf/util/json_util.h>
    <grpcpp/generic/async_generic_service.h> <grpcpp/generic/generic_stub.h> <grpcpp/grpcpp.h>
    <nlohmann/json.hpp>)
endif()
function(octane_use_precompiled)
  if(OCTANE_PRECOMPILED_HEADERS)
    foreach(target ${ARGN})
      target_precompile_headers(${target} REUSE_FROM octane_precompiled)
    endforeach()
  endif()
endfunction()
