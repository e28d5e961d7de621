#include "targets/probes.h"

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>

#include <functional>
#include <vector>

#include "base/check.h"
#include "targets/llvm/codegen.h"

namespace saku::targets {

namespace {

using Values = std::vector<llvm::Value*>;

constexpr int unrolled_memory = 16;  ///< loads or stores in a row
constexpr int unrolled_chase = 8;
constexpr int clock_steps = 16;

/// Latency of 4 or 5 cycles at two a cycle needs ten chains; sixteen registers have room for twelve.
int chains_for(const Machine& machine) { return machine.vector.registers >= 32 ? 20 : 12; }

/// Builds one function after the other in a module.
class Writer {
public:
    Writer(llvm::LLVMContext& context, llvm::Module& module, const Machine& machine)
        : module_(module), builder_(context), machine_(machine) {
        vector_ = llvm::FixedVectorType::get(builder_.getFloatTy(), static_cast<unsigned>(machine.vector.bits / 32));
        alignment_ = llvm::Align(static_cast<std::uint64_t>(machine.vector.bits / 8));
        llvm::FastMathFlags contracted;
        contracted.setAllowContract(true);
        builder_.setFastMathFlags(contracted);
    }

    void clock() {
        begin("saku_probe_clock", builder_.getVoidTy(), {builder_.getInt64Ty(), builder_.getPtrTy()});
        llvm::Value* scratch = argument(1);
        llvm::Value* add = volatile_load(builder_.getInt64Ty(), scratch, llvm::Align(8));
        llvm::Value* flip = volatile_load(builder_.getInt64Ty(), scratch, llvm::Align(8));
        Values start = chain_starts(clock_steps / 2, scratch);
        start.push_back(add);
        const Values end = loop(argument(0), start, [&](const Values& now) {
            Values next = multiplied({now.begin(), now.end() - 1}, scratch_factor_, scratch_addend_);
            llvm::Value* x = now.back();
            for (int i = 0; i < clock_steps; ++i)
                x = i % 2 == 0 ? builder_.CreateAdd(x, add) : builder_.CreateXor(x, flip);
            next.push_back(x);
            return next;
        });
        keep(end, scratch);
        builder_.CreateRetVoid();
    }

    void multiply_adds() {
        begin("saku_probe_multiply_adds", builder_.getVoidTy(), {builder_.getInt64Ty(), builder_.getPtrTy()});
        llvm::Value* scratch = argument(1);
        const Values end = loop(argument(0), chain_starts(chains_for(machine_), scratch),
                                [&](const Values& now) { return multiplied(now, scratch_factor_, scratch_addend_); });
        keep(end, scratch);
        builder_.CreateRetVoid();
    }

    /// Loads or stores of all bytes, `passes` times.
    void sweep(const std::string& name, bool stores) {
        llvm::Type* integer = builder_.getInt64Ty();
        begin(name, builder_.getVoidTy(), {builder_.getPtrTy(), integer, integer});
        llvm::Value* data = argument(0);
        const std::int64_t vector_bytes = machine_.vector.bits / 8;
        llvm::Value* rows = builder_.CreateUDiv(
            argument(1), builder_.getInt64(static_cast<std::uint64_t>(vector_bytes * unrolled_memory)));
        llvm::Value* zero = llvm::Constant::getNullValue(vector_);
        loop(argument(2), {}, [&](const Values&) {
            loop(rows, {data}, [&](const Values& now) {
                for (int i = 0; i < unrolled_memory; ++i) {
                    llvm::Value* place = step(now[0], i * vector_bytes);
                    if (stores) {
                        builder_.CreateAlignedStore(zero, place, alignment_, /*isVolatile=*/true);
                    } else {
                        static_cast<void>(volatile_load(vector_, place, alignment_));
                    }
                }
                return Values{step(now[0], unrolled_memory * vector_bytes)};
            });
            return Values{};
        });
        builder_.CreateRetVoid();
    }

    void chase() {
        begin("saku_probe_chase", builder_.getPtrTy(), {builder_.getPtrTy(), builder_.getInt64Ty()});
        llvm::Value* rows = builder_.CreateUDiv(argument(1), builder_.getInt64(unrolled_chase));
        const Values end = loop(rows, {argument(0)}, [&](const Values& now) {
            llvm::Value* place = now[0];
            for (int i = 0; i < unrolled_chase; ++i) place = volatile_load(builder_.getPtrTy(), place, llvm::Align(8));
            return Values{place};
        });
        builder_.CreateRet(end[0]);
    }

private:
    void begin(const std::string& name, llvm::Type* result, const std::vector<llvm::Type*>& parameters) {
        function_ = llvm::Function::Create(llvm::FunctionType::get(result, parameters, false),
                                           llvm::Function::ExternalLinkage, name, module_);
        // The code generator's own tables of costs are of the processor that is named here.
        function_->addFnAttr("prefer-vector-width", std::to_string(machine_.codegen.prefer_vector_bits));
        builder_.SetInsertPoint(llvm::BasicBlock::Create(module_.getContext(), "entry", function_));
    }

    [[nodiscard]] llvm::Value* argument(unsigned number) const { return function_->getArg(number); }

    llvm::Value* volatile_load(llvm::Type* type, llvm::Value* place, llvm::Align alignment) {
        return builder_.CreateAlignedLoad(type, place, alignment, /*isVolatile=*/true);
    }

    llvm::Value* step(llvm::Value* place, std::int64_t bytes) {
        return builder_.CreateInBoundsGEP(builder_.getInt8Ty(), place,
                                          builder_.getInt64(static_cast<std::uint64_t>(bytes)));
    }

    /// Values to begin chains of multiply-adds with: the compiler must not know that they are equal.
    Values chain_starts(int count, llvm::Value* scratch) {
        const auto read = [&] {
            llvm::Value* lane = volatile_load(builder_.getFloatTy(), scratch, llvm::Align(4));
            return builder_.CreateVectorSplat(static_cast<unsigned>(machine_.vector.bits / 32), lane);
        };
        scratch_factor_ = read();
        scratch_addend_ = read();
        Values starts;
        for (int i = 0; i < count; ++i) starts.push_back(read());
        return starts;
    }

    Values multiplied(const Values& sums, llvm::Value* factor, llvm::Value* addend) {
        Values next;
        for (llvm::Value* sum : sums) next.push_back(builder_.CreateFAdd(builder_.CreateFMul(sum, factor), addend));
        return next;
    }

    /// Volatile stores, so that what was computed is needed.
    void keep(const Values& values, llvm::Value* scratch) {
        for (llvm::Value* value : values) {
            if (value->getType() == vector_) value = builder_.CreateExtractElement(value, std::uint64_t{0});
            builder_.CreateAlignedStore(value, scratch, llvm::Align(4), /*isVolatile=*/true);
        }
    }

    /// `for (i = 0; i != count; ++i) state = body(state)`, and no iteration where count is not positive; what the state
    /// is at the end.
    Values loop(llvm::Value* count, const Values& start, const std::function<Values(const Values&)>& body) {
        llvm::LLVMContext& context = module_.getContext();
        llvm::BasicBlock* before = builder_.GetInsertBlock();
        llvm::BasicBlock* inside = llvm::BasicBlock::Create(context, "loop", function_);
        llvm::BasicBlock* after = llvm::BasicBlock::Create(context, "after", function_);
        llvm::Value* zero = builder_.getInt64(0);
        builder_.CreateCondBr(builder_.CreateICmpSGT(count, zero), inside, after);
        builder_.SetInsertPoint(inside);
        llvm::PHINode* number = builder_.CreatePHI(builder_.getInt64Ty(), 2);
        number->addIncoming(zero, before);
        std::vector<llvm::PHINode*> state;
        for (llvm::Value* value : start) {
            state.push_back(builder_.CreatePHI(value->getType(), 2));
            state.back()->addIncoming(value, before);
        }
        const Values next = body({state.begin(), state.end()});
        llvm::Value* following = builder_.CreateAdd(number, builder_.getInt64(1));
        llvm::BasicBlock* last = builder_.GetInsertBlock();
        number->addIncoming(following, last);
        for (std::size_t i = 0; i < state.size(); ++i) state[i]->addIncoming(next[i], last);
        builder_.CreateCondBr(builder_.CreateICmpSLT(following, count), inside, after);
        builder_.SetInsertPoint(after);
        Values end;
        for (std::size_t i = 0; i < state.size(); ++i) {
            llvm::PHINode* value = builder_.CreatePHI(start[i]->getType(), 2);
            value->addIncoming(start[i], before);
            value->addIncoming(next[i], last);
            end.push_back(value);
        }
        return end;
    }

    llvm::Module& module_;
    llvm::IRBuilder<> builder_;
    const Machine& machine_;
    llvm::FixedVectorType* vector_ = nullptr;
    llvm::Align alignment_;
    llvm::Function* function_ = nullptr;
    llvm::Value* scratch_factor_ = nullptr;
    llvm::Value* scratch_addend_ = nullptr;
};

std::string object_for(const Machine& machine, llvm::TargetMachine& target) {
    llvm::LLVMContext context;
    llvm::Module module("probes", context);
    module.setTargetTriple(machine.codegen.triple);
    module.setDataLayout(target.createDataLayout());
    Writer writer(context, module, machine);
    writer.clock();
    writer.multiply_adds();
    writer.sweep("saku_probe_loads", false);
    writer.sweep("saku_probe_stores", true);
    writer.chase();
    SAKU_CHECK(!llvm::verifyModule(module), "a probe that LLVM does not accept");
    return generate(module, target, OutputKind::object);
}

template <class F>
llvm::Error find(llvm::orc::LLJIT& jit, const char* symbol, F& function) {
    auto address = jit.lookup(symbol);
    if (!address) return address.takeError();
    function = address->toPtr<F>();
    return llvm::Error::success();
}

llvm::Error find_all(llvm::orc::LLJIT& jit, Probes& probes) {
    if (llvm::Error error = find(jit, "saku_probe_clock", probes.clock)) return error;
    if (llvm::Error error = find(jit, "saku_probe_multiply_adds", probes.multiply_adds)) return error;
    if (llvm::Error error = find(jit, "saku_probe_loads", probes.loads)) return error;
    if (llvm::Error error = find(jit, "saku_probe_stores", probes.stores)) return error;
    return find(jit, "saku_probe_chase", probes.chase);
}

NotApplicable failed(llvm::Error error) {
    return NotApplicable{"cannot load code into this process", llvm::toString(std::move(error))};
}

}  // namespace

Fitted<Probes> load_probes(const Machine& machine) {
    constexpr int widest = 2048;
    if (machine.vector.bits > widest)
        return NotApplicable{"vectors too wide to probe", std::to_string(machine.vector.bits) + " bits"};
    SAKU_TRY(target, target_machine(machine.codegen));
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    auto created = llvm::orc::LLJITBuilder().create();
    if (!created) return failed(created.takeError());
    const std::shared_ptr<llvm::orc::LLJIT> jit = std::move(*created);
    auto object = llvm::MemoryBuffer::getMemBufferCopy(object_for(machine, *target), "probes");
    if (llvm::Error error = jit->addObjectFile(std::move(object))) return failed(std::move(error));
    Probes probes{.code = jit,
                  .vector_bytes = machine.vector.bits / 8,
                  .steps_of_clock = clock_steps,
                  .chains = chains_for(machine),
                  .bytes_of_pass = machine.vector.bits / 8 * unrolled_memory,
                  .steps_of_chase = unrolled_chase};
    if (llvm::Error error = find_all(*jit, probes)) return failed(std::move(error));
    return probes;
}

}  // namespace saku::targets
