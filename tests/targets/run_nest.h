// Running a nest both ways, interpreted and compiled, on the same operands between guard pages.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "ir/interpret.h"
#include "ir/loop_nest.h"
#include "targets/emit.h"
#include "targets/host.h"

namespace saku::tests {

/// Memory whose last byte lies directly before a page that faults (or whose first byte lies directly behind one).
class GuardedBytes {
public:
    GuardedBytes(std::size_t size, std::size_t alignment, bool at_end) {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t body = (size + page - 1) / page * page + page;
        mapped_ = body + 2 * page;
        base_ = static_cast<char*>(mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        mprotect(base_, page, PROT_NONE);
        mprotect(base_ + page + body, page, PROT_NONE);
        const std::size_t end = (size + alignment - 1) / alignment * alignment;
        data_ = at_end ? base_ + page + body - end : base_ + page;
    }
    ~GuardedBytes() { munmap(base_, mapped_); }
    GuardedBytes(const GuardedBytes&) = delete;
    GuardedBytes& operator=(const GuardedBytes&) = delete;
    [[nodiscard]] void* data() const { return data_; }

private:
    char* base_ = nullptr;
    char* data_ = nullptr;
    std::size_t mapped_ = 0;
};

/// Random multiples of 1/8 in [-2, 2]: sums of products stay exact in f32 for the short reductions of tests.
inline ir::Arguments random_arguments(const ir::LoopNest& nest, Random& random) {
    ir::Arguments arguments;  // arguments come first among the buffers
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        if (nest.buffers[id].scope != ir::Scope::argument) continue;
        arguments.emplace_back(static_cast<std::size_t>(ir::span_elements(nest.buffers[id].layout)));
        for (double& x : arguments[id]) x = static_cast<double>(random.between(-16, 16)) / 8;
    }
    return arguments;
}

/// What a compiled run gives: the arguments afterwards, or why it did not run.
struct CompiledRun {
    ir::Arguments arguments;
    std::string failure;
    int status = 0;
};

/// Compiles for the host's features and runs on copies of the arguments, each between guard pages. Arguments with a
/// free layout are the caller's, and converted by the kernel's functions.
inline CompiledRun run_compiled(const ir::LoopNest& nest, const ir::Arguments& arguments,
                                const targets::Codegen& codegen, bool at_end, void* parallel_for = nullptr,
                                int workers = 1) {
    CompiledRun result{.arguments = arguments, .failure = {}, .status = 0};
    auto kernel = targets::load(nest, codegen, {.name = "kernel"}, parallel_for);
    if (!kernel) {
        result.failure = kernel.error().text();
        return result;
    }
    std::vector<std::unique_ptr<GuardedBytes>> memory;
    std::vector<void*> plain(nest.buffers.size(), nullptr);
    std::vector<void*> pointers;
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        if (nest.buffers[id].scope != ir::Scope::argument) continue;
        memory.push_back(std::make_unique<GuardedBytes>(arguments[id].size() * sizeof(float), sizeof(float), at_end));
        auto* floats = static_cast<float*>(memory.back()->data());
        for (std::size_t i = 0; i < arguments[id].size(); ++i) floats[i] = static_cast<float>(arguments[id][i]);
        plain[id] = floats;
        pointers.push_back(floats);
    }
    std::vector<void*> laid_out(nest.buffers.size(), nullptr);
    for (std::size_t id = 0; id < pointers.size(); ++id) {
        if (!nest.buffers[id].plain) continue;
        memory.push_back(std::make_unique<GuardedBytes>((*kernel)->laid_out_bytes(id), sizeof(float), at_end));
        std::memset(memory.back()->data(), 0xff, (*kernel)->laid_out_bytes(id));
        (*kernel)->lay_out(id, plain[id], memory.back()->data());
        pointers[id] = laid_out[id] = memory.back()->data();
    }
    for (std::size_t p = 0; p < nest.offline.size(); ++p) {
        const auto source =
            static_cast<std::size_t>(*nest.buffers[static_cast<std::size_t>(nest.offline[p].packed)].source);
        memory.push_back(std::make_unique<GuardedBytes>((*kernel)->packed_bytes(p), 64, at_end));
        (*kernel)->pack(p, plain[source], memory.back()->data());
        for (void*& pointer : pointers) {
            if (pointer == plain[source]) pointer = memory.back()->data();
        }
    }
    memory.push_back(std::make_unique<GuardedBytes>((*kernel)->workspace_bytes(workers), 64, at_end));
    // Scratch that is read before it is written must show.
    std::memset(memory.back()->data(), 0xff, (*kernel)->workspace_bytes(workers));
    result.status = (*kernel)->run(pointers, memory.back()->data(), workers);
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        if (plain[id] == nullptr) continue;
        if (laid_out[id] != nullptr) (*kernel)->read_back(id, laid_out[id], plain[id]);
        const auto* floats = static_cast<const float*>(plain[id]);
        result.arguments[id].assign(floats, floats + arguments[id].size());
    }
    return result;
}

}  // namespace saku::tests
