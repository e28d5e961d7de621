# cmake -DSTAMP=<file> "-DFILES=<list>" -P SakuForgetLost.cmake: a kernel some of whose files are gone is no longer done.
# Makefiles look at the stamp alone; Ninja knows the files themselves.
foreach(file IN LISTS FILES)
  if(EXISTS "${STAMP}" AND NOT EXISTS "${file}")
    file(REMOVE "${STAMP}")
  endif()
endforeach()
