// Any stream of commands leaves the engine in a state that keeps the rules.
#include <fuzzer/FuzzedDataProvider.h>
#include <spdlog/spdlog.h>

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/engine_driver.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  spdlog::set_level(spdlog::level::off);
  FuzzedDataProvider input(data, size);
  pathsweep::EngineDriver(input).Run();
  return 0;
}
