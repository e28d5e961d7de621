// Several operators in one file.
//
//     {"schema": 1, "kind": "suite",
//      "operators": ["conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1", "mine.saku:i=256,j=32"]}
//
// Each entry is what the command line takes for an operator; relative paths start at the folder of the suite file.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ir/operator.h"

namespace saku::cli {

struct Work {
    std::vector<ir::Operator> operators;  ///< not empty
    std::vector<std::string> texts;       ///< of each operator, as the command line takes it in this folder
    bool is_suite = false;                ///< results are a list even when it has one member
};

/// What `<op|file|suite>` on the command line means. A suite is a .json file of kind "suite"; everything else is one
/// operator (frontends/operator_from.h). Errors in a suite's operators begin with "suite.json#/operators/3: ".
[[nodiscard]] Result<Work> work_from(const std::string& text);

}  // namespace saku::cli
