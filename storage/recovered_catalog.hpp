// A crash leaves a catalog that may lack what the log says of the objects.
#pragma once

#include "storage/catalog.hpp"
#include "storage/history.hpp"
#include "storage/recovery.hpp"

namespace dormouse {

/// Notes what recovery found out.
void note_recovery(const recovery_report& report, catalog& into, history& past);

}  // namespace dormouse
