# Compiles proto/octane/<release>/ to one descriptor set each and embeds files in the binary as C++ arrays.

add_executable(octane-embed ${PROJECT_SOURCE_DIR}/tools/embed/embed.cpp)
target_link_libraries(octane-embed PRIVATE octane_options)

set(OCTANE_GENERATED ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${OCTANE_GENERATED})

# One descriptor set: build/<preset>/generated/<release>.pb
function(octane_descriptor_set release)
  set(root ${PROJECT_SOURCE_DIR}/proto/octane/${release})
  file(GLOB protos CONFIGURE_DEPENDS ${root}/*.proto)
  add_custom_command(
    OUTPUT ${OCTANE_GENERATED}/${release}.pb
    COMMAND ${PROTOC} --proto_path=${root} --include_imports --descriptor_set_out=${OCTANE_GENERATED}/${release}.pb ${protos}
    DEPENDS ${protos}
    COMMENT "Compiling the ${release} schema"
    VERBATIM)
endfunction()

# Each embedded file is a translation unit of its own: its arrays' names stand in all of them, and it needs no library's headers.
function(octane_add_embedded target file)
  target_sources(${target} PRIVATE ${file})
  set_source_files_properties(${file} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON SKIP_PRECOMPILE_HEADERS ON)
endfunction()

# <namespace>::<function>() returns the file's bytes.
function(octane_embed target function file)
  string(REPLACE "::" "_" file_name ${function})
  set(output ${OCTANE_GENERATED}/${file_name}.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND octane-embed ${output} ${function} ${file}
    DEPENDS octane-embed ${file}
    VERBATIM)
  octane_add_embedded(${target} ${output})
endfunction()

function(octane_embed_schemas target)
  foreach(release alpha5 beta2)
    octane_descriptor_set(${release})
    list(APPEND sets ${OCTANE_GENERATED}/${release}.pb)
    octane_embed(${target} octane::livelink::embedded_${release} ${OCTANE_GENERATED}/${release}.pb)
  endforeach()
  octane_embed(${target} octane::livelink::embedded_release_map ${PROJECT_SOURCE_DIR}/proto/octane/releases.csv)
  # Other programs embed them too; this way they wait for the files and not for the room.
  add_custom_target(octane_descriptor_sets DEPENDS ${sets})
  add_dependencies(${target} octane_descriptor_sets)
endfunction()

function(octane_embed_reference_types target)
  octane_embed(${target} octane::livelink::embedded_reference_types ${PROJECT_SOURCE_DIR}/proto/octane/reference_types.csv)
endfunction()

# Every file of web/ in one table: octane::endpoints::page_files().
function(octane_embed_page target)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/web ${PROJECT_SOURCE_DIR}/web/*)
  list(FILTER files EXCLUDE REGEX "\\.md$")
  set(output ${OCTANE_GENERATED}/page_files.cpp)
  set(absolute ${files})
  list(TRANSFORM absolute PREPEND ${PROJECT_SOURCE_DIR}/web/)
  add_custom_command(
    OUTPUT ${output}
    COMMAND octane-embed --table ${output} ${PROJECT_SOURCE_DIR}/web ${files}
    DEPENDS octane-embed ${absolute}
    VERBATIM)
  octane_add_embedded(${target} ${output})
endfunction()
