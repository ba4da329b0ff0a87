# Read by cpack once for each kind of package.
if(CPACK_GENERATOR STREQUAL "TGZ")
  # The archive explains itself at its top.
  set(CPACK_INSTALLED_DIRECTORIES ${CPACK_INSTALLED_DIRECTORIES} "${CMAKE_CURRENT_LIST_DIR}/portable" ".")
endif()
