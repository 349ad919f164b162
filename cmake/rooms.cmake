# octane_options: language, warnings and sanitizers for everything that is ours.
add_library(octane_options INTERFACE)
target_compile_features(octane_options INTERFACE cxx_std_20)
target_compile_options(octane_options INTERFACE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
  message(FATAL_ERROR "Clang ${CMAKE_CXX_COMPILER_VERSION} is too old for the coroutines here: 16 or newer; tools/install-packages.sh test installs one")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(octane_options INTERFACE -Wshadow=local)
  # GCC takes a coroutine frame's inlined operator new and its operator delete for a mismatch (12 to 14 do).
  target_compile_options(octane_options INTERFACE -Wno-mismatched-new-delete)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 sees overlaps and overflows in std::string's operator+ that cannot happen (GCC bug 105651).
    target_compile_options(octane_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
  endif()
endif()
target_compile_definitions(octane_options INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ALLOW_DEPRECATED_HEADERS NOMINMAX=1)
if(OCTANE_SANITIZE)
  # What Asio keeps for the next frame or handler no sanitizer sees freed.
  target_compile_definitions(octane_options INTERFACE BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING BOOST_ASIO_DISABLE_SMALL_BLOCK_RECYCLING)
else()
  # A call goes through 16 coroutines. Of itself Asio keeps the memory of two frames a thread for the next ones, and of two handlers, if
  # it is no more than 1 020 bytes each; the others are malloc's. docs/architecture.md §10.
  target_compile_definitions(octane_options INTERFACE BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16)
endif()
# The code is kept free of two compilers' warnings; those that another one invents must not stop who only wants to build.
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
  if(OCTANE_SANITIZE MATCHES "thread")
    add_compile_definitions(OCTANE_THREAD_SANITIZER)  # the compilers' own names for it differ
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      add_compile_options(-Wno-tsan)  # Asio's fences, which GCC's ThreadSanitizer does not know
    endif()
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
  set_target_properties(octane_${name} PROPERTIES UNITY_BUILD ${OCTANE_UNITY_BUILD})
endfunction()

# What is computed per byte or per pixel, and the rooms that a call goes through: -O3, where a release is otherwise built with -O2, which is quicker to compile.
# In a batch of files -O2 leaves much of std::string and of the coroutines uninlined.
function(octane_optimise_fully)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU,Clang>>:-O3>)
  endforeach()
endfunction()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Memory that GCC does not look through for garbage to collect: a sixth of a build, for about 1 GB each
  # compiler in the largest batches.
  add_compile_options(--param=ggc-min-heapsize=2097152 --param=ggc-min-expand=300)
endif()
