# How a folder of the repository becomes a library.

add_library(saku_options INTERFACE)
target_include_directories(saku_options INTERFACE ${PROJECT_SOURCE_DIR})
# -ffp-contract=off: decisions are the same on hosts with and without fused multiply-add.
target_compile_options(saku_options INTERFACE -Wall -Wextra -Wshadow -Wconversion -ffp-contract=off
                                              $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
                                              $<$<BOOL:${SAKU_WARNINGS_AS_ERRORS}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms on std::string concatenation (GCC bug 105651) and on std::optional members (GCC bug 80635).
  target_compile_options(saku_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(SAKU_SANITIZE)
  # vptr needs the type information that sources next to LLVM are built without.
  target_compile_options(saku_options INTERFACE -fsanitize=${SAKU_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer
                                                -fno-sanitize-recover=all)
  target_link_options(saku_options INTERFACE -fsanitize=${SAKU_SANITIZE})
endif()

# Writes a C++ source that defines `std::span<const EmbeddedFile> embedded_<target>()` with the named files in it.
function(saku_embed target out)
  set(patterns ${ARGN})
  set(files)
  foreach(pattern IN LISTS patterns)
    file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${pattern})
    list(APPEND files ${found})
  endforeach()
  list(SORT files)
  set(generated ${PROJECT_BINARY_DIR}/embedded/${target}.cpp)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DTARGET=${target} -DOUT=${generated} "-DFILES=${files}" -P
            ${PROJECT_SOURCE_DIR}/cmake/Embed.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/Embed.cmake
    VERBATIM)
  set(${out} ${generated} PARENT_SCOPE)
endfunction()

# saku_library(folder [USES folder...] [PACKAGES target...] [EMBED pattern...]): every .cpp below the folder (targets/llvm
# left out) as the static library saku_<folder>.
function(saku_library folder)
  cmake_parse_arguments(ARG "" "" "USES;PACKAGES;EMBED" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/targets/llvm/")
  if(ARG_EMBED)
    saku_embed(${folder} embedded ${ARG_EMBED})
    list(APPEND sources ${embedded})
  endif()
  if(NOT sources)
    add_library(saku_${folder} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(saku_${folder} STATIC ${sources})
    set(scope PUBLIC)
  endif()
  target_link_libraries(saku_${folder} ${scope} saku_options)
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(saku_${folder} ${scope} saku_${used})
  endforeach()
  foreach(package IN LISTS ARG_PACKAGES)
    target_link_libraries(saku_${folder} ${scope} ${package})
  endforeach()
endfunction()

# The one library whose sources see LLVM's headers.
function(saku_llvm_library name folder)
  cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  if(NOT sources)
    add_library(saku_${name} INTERFACE)
    target_link_libraries(saku_${name} INTERFACE saku_options saku_${ARG_USES})
    return()
  endif()
  add_library(saku_${name} STATIC ${sources})
  target_include_directories(saku_${name} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS})
  target_compile_definitions(saku_${name} PRIVATE ${LLVM_DEFINITIONS})
  # LLVM is built without RTTI; classes of ours that derive from its classes must be too.
  target_compile_options(saku_${name} PRIVATE -fno-rtti)
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(saku_${name} PUBLIC saku_${used})
  endforeach()
  target_link_libraries(saku_${name} PUBLIC saku_options PRIVATE LLVM)
endfunction()
