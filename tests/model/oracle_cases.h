// The cases of tests/data/oracle as calls of a model: what case.json tells as options of the program.
#pragma once

#include "model/opened_model.h"
#include "tests/model/generators/references.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace loom::test {

struct OracleCase {
  std::string name;  ///< "stylegan2-ada-cond/plain"
  std::filesystem::path checkpoint;
  model::OpenOptions options;
  model::GeneratorInputs inputs;
  model::SynthesisSettings settings;
  model::FloatTensor image;  ///< what the original computed
};

inline void readOption(const std::string& option, const std::string& value, model::SynthesisSettings& settings) {
  if (option == "--truncation") {
    settings.truncation = std::stod(value);
  } else if (option == "--truncation-cutoff") {
    settings.truncationCutoff = std::stoi(value);
  } else if (option == "--resolution") {
    settings.resolution = std::stoi(value);
  } else if (option == "--fade") {
    settings.fade = std::stod(value);
  } else if (option == "--noise") {
    settings.noise = value == "const" ? model::NoiseMode::Constant : model::NoiseMode::None;
  } else if (option == "--norm-statistics") {
    settings.normStatistics = value == "stored" ? model::NormStatistics::Stored : model::NormStatistics::Instance;
  } else {
    throw std::runtime_error("case.json has the option " + option + ", which oracle_cases.h does not know");
  }
}

inline void readInputs(const std::filesystem::path& path, OracleCase& one) {
  for (auto& [name, tensor] : tensorsOf(path)) {
    const auto take = [&](std::optional<model::FloatTensor>& input) { input = tensor; };
    if (name == "z") {
      take(one.inputs.z);
    } else if (name == "ws") {
      take(one.inputs.ws);
    } else if (name == "x") {
      take(one.inputs.x);
    } else if (name == "c") {
      take(one.inputs.c);
    } else if (name == "w_mean") {
      take(one.inputs.wMean);
    } else if (name == "y") {
      one.inputs.y.assign(tensor.values.begin(), tensor.values.end());
    } else if (name == "transform") {
      one.settings.transform.emplace();
      std::copy_n(tensor.values.begin(), one.settings.transform->size(), one.settings.transform->begin());
    } else {
      throw std::runtime_error(path.string() + " has the input " + name + ", which oracle_cases.h does not know");
    }
  }
}

/// Those whose folder's name begins with `prefix`, in the order of their names. Throws where the data is not as
/// expected.
inline std::vector<OracleCase> oracleCases(const std::filesystem::path& oracle, const std::string& prefix = "") {
  std::vector<OracleCase> cases;
  for (const auto& folder : std::filesystem::directory_iterator(oracle)) {
    const std::string name = folder.path().filename().string();
    if (!folder.is_directory() || !name.starts_with(prefix)) {
      continue;
    }
    std::ifstream file(folder.path() / "case.json");
    const auto json = nlohmann::json::parse(file);
    for (const auto& told : json.at("cases")) {
      OracleCase one;
      one.name = name + "/" + told.at("name").get<std::string>();
      for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.is_regular_file() && entry.path().extension() != ".json") {
          one.checkpoint = entry.path();
        }
      }
      one.options.trust = name.starts_with("torchscript");
      const auto words = told.at("args").get<std::vector<std::string>>();
      for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
        readOption(words[i], words[i + 1], one.settings);
      }
      const std::string base = (folder.path() / "cases" / told.at("name").get<std::string>()).string();
      readInputs(base + ".inputs.safetensors", one);
      one.image = tensorsOf(base + ".expected.safetensors").at("image");
      cases.push_back(std::move(one));
    }
  }
  std::sort(cases.begin(), cases.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return cases;
}

}  // namespace loom::test
