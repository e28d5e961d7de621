// What a finished search decided, in a form that can be kept and replayed.
#pragma once

#include <string>

#include "base/result.h"
#include "ir/operator.h"
#include "targets/machine.h"
#include "tuner/tune.h"

namespace saku::tuner {

/// Fingerprint of everything that decides the outcome of `tune`. `program` stands for the program's own code;
/// `machine_text` for the machine's facts.
[[nodiscard]] std::string tuning_key(const ir::Operator& op, const std::string& machine_text,
                                     const TuneOptions& options, const std::string& program);

/// What to keep of a result for the next time.
[[nodiscard]] Decided decided_by(const TuneResult& result);

/// Fills the result with what was decided and gives the prices; none when it does not fit this space.
[[nodiscard]] std::vector<Priced> replay(const Pricer& pricer, const Decided& decided, TuneResult& result);

/// {"candidates": 2820, "rejected": {...}, "remark": "", "top": ["12", ...], "tier1_seconds": ..., ...} on one line.
[[nodiscard]] std::string to_text(const Decided& decided);
/// Reads it back; errors when it is not what `to_text` writes.
[[nodiscard]] Result<Decided> decided_from(const std::string& text, const std::string& where);

}  // namespace saku::tuner
