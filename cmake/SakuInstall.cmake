# What `cmake --install` puts where, and how other projects find it: installed, or in this build folder.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_executable(saku::saku ALIAS saku)
add_library(saku::runtime ALIAS saku_runtime)
add_library(saku::runtime_serial ALIAS saku_runtime_serial)
include(${PROJECT_SOURCE_DIR}/cmake/SakuAddKernel.cmake)

set_target_properties(saku PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS saku saku_runtime saku_runtime_serial)
install(FILES runtime/saku_runtime.h TYPE INCLUDE)
# For systems other than this one, the runtime is built from source in the project that uses it.
set(source_dir ${CMAKE_INSTALL_DATADIR}/saku)
install(FILES runtime/saku_runtime.h runtime/serial.c runtime/tbb.cpp runtime/chunks.h runtime/crew.h
        runtime/mailbox.h runtime/placement.h
        DESTINATION ${source_dir}/runtime)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/saku)
install(FILES cmake/SakuAddKernel.cmake cmake/SakuForgetLost.cmake DESTINATION ${package_dir})

# saku-config.cmake for the package in `prefix`, with its parts at the paths that follow.
function(saku_configure_package out prefix destination SAKU_PROGRAM SAKU_LIBRARY_DIR SAKU_INCLUDE_DIR SAKU_SOURCE_DIR
         SAKU_CMAKE_DIR)
  configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/saku-config.cmake.in ${out}
    INSTALL_PREFIX ${prefix}
    INSTALL_DESTINATION ${destination}
    PATH_VARS SAKU_PROGRAM SAKU_LIBRARY_DIR SAKU_INCLUDE_DIR SAKU_SOURCE_DIR SAKU_CMAKE_DIR)
endfunction()
saku_configure_package(${PROJECT_BINARY_DIR}/package/saku-config.cmake ${CMAKE_INSTALL_PREFIX} ${package_dir}
                       ${CMAKE_INSTALL_BINDIR}/saku ${CMAKE_INSTALL_LIBDIR} ${CMAKE_INSTALL_INCLUDEDIR} ${source_dir}
                       ${package_dir})
saku_configure_package(${PROJECT_BINARY_DIR}/saku-config.cmake ${PROJECT_BINARY_DIR} ${PROJECT_BINARY_DIR}
                       ${PROJECT_BINARY_DIR}/saku ${PROJECT_BINARY_DIR}/runtime ${PROJECT_SOURCE_DIR}/runtime
                       ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/cmake)
# One program writes code for many systems: the package suits all of them.
foreach(folder ${PROJECT_BINARY_DIR} ${PROJECT_BINARY_DIR}/package)
  write_basic_package_version_file(${folder}/saku-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/package/saku-config.cmake ${PROJECT_BINARY_DIR}/package/saku-config-version.cmake
        DESTINATION ${package_dir})

# pkg-config: saku (threads of oneTBB) and saku-serial; both have the variable `program`.
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH SAKU_PC_PREFIX /${pc_dir} /)
string(REGEX REPLACE "/$" "" SAKU_PC_PREFIX ${SAKU_PC_PREFIX})
function(saku_configure_pc suffix SAKU_PC_DESCRIPTION SAKU_PC_REQUIRES SAKU_PC_LIBS)
  set(SAKU_PC_SUFFIX ${suffix})
  configure_file(cmake/saku.pc.in ${PROJECT_BINARY_DIR}/package/saku${suffix}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/saku${suffix}.pc DESTINATION ${pc_dir})
endfunction()
saku_configure_pc("" "Runtime of saku's kernels on oneTBB" "tbb" "-lsaku_runtime -lstdc++")
saku_configure_pc("-serial" "Runtime of saku's kernels without threads" "" "-lsaku_runtime_serial")
