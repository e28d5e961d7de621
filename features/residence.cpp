#include "features/residence.h"

namespace saku::features {

std::string_view name_of(Residence residence) { return residence == Residence::warm ? "warm" : "cold"; }

std::vector<std::string> residence_names() {
    return {std::string(name_of(Residence::warm)), std::string(name_of(Residence::cold))};
}

std::optional<Residence> residence_named(std::string_view name) {
    for (const Residence residence : {Residence::warm, Residence::cold}) {
        if (name == name_of(residence)) return residence;
    }
    return std::nullopt;
}

}  // namespace saku::features
