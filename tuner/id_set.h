// A set of ids, for searches that ask of each new one whether it was seen before.
#pragma once

#include "tuner/id_map.h"

namespace saku::tuner {

class IdSet {
public:
    /// Is it new?
    bool insert(Id id) { return places_.insert(id).second; }
    [[nodiscard]] bool contains(Id id) const { return places_.find(id) != nullptr; }

private:
    struct Nothing {};
    IdMap<Nothing> places_;
};

}  // namespace saku::tuner
