// What the window asks of directions: to find them, to keep them beside their model, to bring others in.
#pragma once

#include "model/opened_model.h"

#include <QObject>
#include <QString>

#include <memory>
#include <string>
#include <vector>

namespace loom::ui {

/// A direction as it is kept for a model.
struct KeptDirection {
  std::string id;   ///< stays while it is renamed
  std::string how;  ///< how it was made, a sentence for people
  model::Shared<model::Direction> direction;
  float unit = 1.0F;   ///< how far a slider at 1 goes, times the direction's values
  int firstLayer = 0;  ///< of the layers that it moves
  int lastLayer = -1;  ///< −1: to the last
};

struct FindDirections {
  enum class Method {
    Pca,          ///< of w, without a mapping network of the first layer's answers
    Activations,  ///< PCA of what leaves `firstLayer` of the network
    Sefa,
  };
  Method method = Method::Pca;
  int count = 6;
  int samples = 10000;  ///< of PCA
  int firstLayer = 0;   ///< of Activations and SeFa
  int lastLayer = -1;   ///< of SeFa
};

class DirectionService : public QObject {
  Q_OBJECT

 public:
  using Model = std::shared_ptr<const model::OpenedModel>;

  /// The model whose directions `kept` has from now on; null: none.
  virtual void setModel(const Model& model) = 0;
  virtual const std::vector<KeptDirection>& kept() const = 0;

  /// Each works on a thread of its own and adds what it finds to those that are kept; `changed` or `failed` tells.
  virtual void find(const FindDirections& wanted) = 0;
  /// From one place to the other, by w or z: a slider at 1 is the whole way.
  virtual void between(const model::LatentState& from, const model::LatentState& to) = 0;
  /// From the gallery: entries of this model that have `tag` against those that have not.
  virtual void fromTag(const QString& tag) = 0;
  virtual void load(const QString& path) = 0;
  virtual void cancel() = 0;

  virtual void rename(const std::string& id, const QString& name) = 0;
  virtual void setLayers(const std::string& id, int first, int last) = 0;
  virtual void move(const std::string& id, int by) = 0;
  virtual void remove(const std::string& id) = 0;

 Q_SIGNALS:
  void changed();  ///< `kept`
  void progress(const QString& what, double fraction);
  void done(const QString& what);  ///< of a job; empty where it was cancelled
  void failed(const QString& message);
  void noticed(const QString& message);  ///< what a person should know of what is kept
};

}  // namespace loom::ui
