# tests/build: projects that use saku, from an install tree that is staged in the build folder. Sanitized runtime libraries
# would ask every such project for the sanitizer, so those builds go without.
find_program(SAKU_NINJA_PROGRAM ninja)
if(SAKU_SANITIZE OR NOT SAKU_NINJA_PROGRAM)
  return()
endif()
set(stage ${PROJECT_BINARY_DIR}/stage)

saku_tests(build saku_base)
target_sources(test_build PRIVATE cli/process.cpp)
target_compile_definitions(
  test_build PRIVATE SAKU_PROGRAM="$<TARGET_FILE:saku>" SAKU_CMAKE="${CMAKE_COMMAND}"
                     SAKU_CXX="${CMAKE_CXX_COMPILER}"
                     SAKU_PACKAGE="${stage}/${CMAKE_INSTALL_LIBDIR}/cmake/saku"
                     SAKU_STAGED_SOURCES="${stage}/${CMAKE_INSTALL_DATADIR}/saku"
                     SAKU_PKG_CONFIG_PATH="${stage}/${CMAKE_INSTALL_LIBDIR}/pkgconfig")
add_dependencies(test_build saku saku_runtime saku_runtime_serial)

find_program(SAKU_MAKE_PROGRAM make)
find_program(SAKU_PKG_CONFIG_PROGRAM pkg-config)
if(SAKU_MAKE_PROGRAM AND SAKU_PKG_CONFIG_PROGRAM)
  target_compile_definitions(test_build PRIVATE SAKU_MAKE="${SAKU_MAKE_PROGRAM}")
endif()
find_program(SAKU_CROSS_COMPILER aarch64-linux-gnu-gcc)
find_program(SAKU_EMULATOR qemu-aarch64)
if(SAKU_CROSS_COMPILER AND SAKU_EMULATOR)
  target_compile_definitions(test_build PRIVATE SAKU_CROSS_COMPILER="${SAKU_CROSS_COMPILER}"
                                                SAKU_EMULATOR="${SAKU_EMULATOR}")
else()
  message(STATUS "no aarch64-linux-gnu-gcc or qemu-aarch64: cross builds are not tested")
endif()

add_test(NAME build_stage COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${stage})
set_tests_properties(build_stage PROPERTIES FIXTURES_SETUP staged LABELS build)
set_tests_properties(build PROPERTIES FIXTURES_REQUIRED staged)
