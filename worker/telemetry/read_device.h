#pragma once

#include <functional>

#include "base/device_reading.h"

namespace pathsweep {

// Takes a reading. Thread safe; empty where nobody can read the device.
using ReadDevice = std::function<DeviceReading()>;

}  // namespace pathsweep
