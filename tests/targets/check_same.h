// Nests written as text: what the interpreter computes, compiled code computes.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "ir/print.h"
#include "ir/verify.h"
#include "run_nest.h"
#include "runtime/saku_runtime.h"
#include "targets/machine_file.h"

namespace saku::tests {

inline targets::Machine host() { return *targets::machine_for_target("host"); }

inline ir::LoopNest nest_of(const std::string& text) {
    auto nest = ir::parse(text);
    REQUIRE_MESSAGE(nest.ok(), (nest ? std::string() : nest.error().text()));
    const auto verdict = ir::verify(*nest);
    REQUIRE_MESSAGE(verdict.ok(), (verdict ? std::string() : verdict.error().text()));
    return *nest;
}

/// Interpreted and compiled give the same, with buffers against either guard page, at several vector widths.
inline void check_same(const std::string& text) {
    CAPTURE(text);
    const ir::LoopNest nest = nest_of(text);
    Random random(7);
    const ir::Arguments before = random_arguments(nest, random);
    ir::Arguments expected = before;
    const auto done = ir::interpret(nest, expected);
    REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().text()));
    targets::Codegen codegen = host().codegen;
    for (const int bits : {codegen.prefer_vector_bits, 128, 32}) {
        codegen.prefer_vector_bits = bits;
        for (const bool at_end : {true, false}) {
            const CompiledRun run = run_compiled(nest, before, codegen, at_end,
                                                 reinterpret_cast<void*>(&saku_parallel_for), 2);
            REQUIRE(run.failure.empty());
            CHECK(run.status == 0);
            CHECK(run.arguments == expected);
        }
    }
}

}  // namespace saku::tests
