#include "storage/recovered_catalog.hpp"

namespace dormouse {
namespace {

void note_redone(const object_identity& identity, const redone_object& object, catalog& into,
                 history& past) {
    if (object.destroyed) {
        past.remove_all(identity);
        into.forget(identity);
        return;
    }
    auto facts = object.facts;
    if (object.created) {
        past.remove_all(identity, object.copies);  // of earlier lives; the log has this one whole
        into.forget(identity);
    } else if (const auto row = into.find(identity); row && !object.has_metadata) {
        facts.metadata = row->facts.metadata;
    }
    into.note(identity, facts);
    for (const auto& copy : object.copies) {
        past.note_copy(identity, copy);
    }
}

}  // namespace

void note_recovery(const recovery_report& report, catalog& into, history& past) {
    for (const auto& [identity, object] : report.objects) {
        note_redone(identity, object, into, past);
    }
}

}  // namespace dormouse
