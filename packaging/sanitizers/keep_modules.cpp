// Preloaded into the tests of the asan preset. Mesa and libglvnd unload their drivers at exit, before LeakSanitizer writes
// its report; the drivers' own leaks then come from an "<unknown module>", which no suppression can name. So nothing is
// unloaded, and leak.supp names the libraries.
extern "C" __attribute__((visibility("default"))) int dlclose(void*) { return 0; }
