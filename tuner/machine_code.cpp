#include "tuner/machine_code.h"

#include "features/machine_code.h"
#include "ir/verify.h"
#include "targets/assembly.h"
#include "targets/emit.h"

namespace saku::tuner {

CodeVerdict inspect_code(const ir::LoopNest& nest, const targets::Codegen& codegen) {
    if (const Result<Done> sound = ir::verify(nest); !sound) {
        return {.accepted = false, .reason = "cannot be verified", .detail = sound.error().text()};
    }
    const auto emitted = targets::emit(nest, codegen, {.name = "candidate", .object = false, .assembly = true});
    if (!emitted) return {.accepted = false, .reason = emitted.error().reason, .detail = emitted.error().detail};
    const int spills = features::spills_in_inner_loops(targets::read_assembly(emitted->assembly));
    if (spills == 0) return {.accepted = true, .reason = {}, .detail = {}};
    return {.accepted = false,
            .reason = "spills in machine code",
            .detail = std::to_string(spills) + " vector accesses to the stack in inner loops"};
}

}  // namespace saku::tuner
