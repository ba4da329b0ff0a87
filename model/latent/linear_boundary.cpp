#include "model/latent/linear_boundary.h"

#include <algorithm>
#include <cmath>

namespace loom::model {
namespace {

using Vector = std::vector<double>;

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

/// log(1 + exp(−x)) without overflow.
double lossAt(double x) { return x > 0.0 ? std::log1p(std::exp(-x)) : -x + std::log1p(std::exp(x)); }

/// The unknowns are the normal and, last, the offset.
class Regression {
 public:
  Regression(const SidedRows& rows, double cost) : m_rows(rows), m_weights(rows.count()), m_curvature(rows.count()) {
    const auto positives =
        static_cast<double>(std::count_if(rows.sides.begin(), rows.sides.end(), [](double side) { return side > 0.0; }));
    const auto all = static_cast<double>(rows.count());
    for (std::size_t i = 0; i < rows.count(); ++i) {
      m_weights[i] = cost * all / (2.0 * (rows.sides[i] > 0.0 ? positives : all - positives));
    }
  }

  double value(const Vector& x) const {
    double sum = 0.5 * dot(normalOf(x), normalOf(x));
    for (std::size_t i = 0; i < m_rows.count(); ++i) {
      sum += m_weights[i] * lossAt(m_rows.sides[i] * answer(x, i));
    }
    return sum;
  }

  /// And keeps the curvature at `x` for `curved`.
  Vector gradient(const Vector& x) {
    Vector result(x);
    result.back() = 0.0;
    for (std::size_t i = 0; i < m_rows.count(); ++i) {
      const double side = m_rows.sides[i];
      const double wrong = 1.0 / (1.0 + std::exp(side * answer(x, i)));  // overflows to infinity: 0 is right then
      addRow(result, i, -m_weights[i] * side * wrong);
      m_curvature[i] = m_weights[i] * wrong * (1.0 - wrong);
    }
    return result;
  }

  /// The second derivative at the last `gradient`'s place, times `direction`.
  Vector curved(const Vector& direction) const {
    Vector result(direction);
    result.back() = 0.0;
    for (std::size_t i = 0; i < m_rows.count(); ++i) {
      addRow(result, i, m_curvature[i] * answer(direction, i));
    }
    return result;
  }

 private:
  std::span<const double> normalOf(const Vector& x) const { return {x.data(), m_rows.dimensions}; }
  double answer(const Vector& x, std::size_t row) const { return dot(normalOf(x), m_rows.row(row)) + x.back(); }
  void addRow(Vector& sum, std::size_t row, double factor) const {
    const auto values = m_rows.row(row);
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum[i] += factor * values[i];
    }
    sum.back() += factor;
  }

  const SidedRows& m_rows;
  Vector m_weights;
  Vector m_curvature;
};

/// Newton's step: conjugate gradients on curvature · step = −gradient.
Vector newtonStep(const Regression& regression, const Vector& gradient, const std::function<void()>& goOn) {
  Vector step(gradient.size(), 0.0);
  Vector residual(gradient);
  for (double& value : residual) {
    value = -value;
  }
  Vector direction(residual);
  double length = dot(residual, residual);
  const double enough = 1e-12 * length;
  for (std::size_t i = 0; i < 2 * gradient.size() + 20 && length > enough; ++i) {
    goOn();
    const Vector curved = regression.curved(direction);
    const double along = dot(direction, curved);
    if (along <= 0.0) {
      break;  // rounding: the function is convex
    }
    const double factor = length / along;
    for (std::size_t k = 0; k < step.size(); ++k) {
      step[k] += factor * direction[k];
      residual[k] -= factor * curved[k];
    }
    const double next = dot(residual, residual);
    for (std::size_t k = 0; k < step.size(); ++k) {
      direction[k] = residual[k] + next / length * direction[k];
    }
    length = next;
  }
  return step;
}

}  // namespace

LinearBoundary fitBoundary(const SidedRows& rows, double cost, const std::function<void()>& goOn) {
  constexpr int kMostSteps = 100;
  Regression regression(rows, cost);
  Vector x(rows.dimensions + 1, 0.0);
  double value = regression.value(x);
  double first = 0.0;
  for (int i = 0; i < kMostSteps; ++i) {
    goOn();
    const Vector gradient = regression.gradient(x);
    const double length = std::sqrt(dot(gradient, gradient));
    first = i == 0 ? length : first;
    if (length <= 1e-9 * first) {
      break;
    }
    const Vector step = newtonStep(regression, gradient, goOn);
    const double slope = dot(gradient, step);
    double share = 1.0;
    for (; share > 1e-9; share /= 2.0) {  // Armijo: Newton's full step may go too far at first
      Vector next(x);
      for (std::size_t k = 0; k < x.size(); ++k) {
        next[k] += share * step[k];
      }
      const double there = regression.value(next);
      if (there <= value + 1e-4 * share * slope) {
        x = std::move(next);
        value = there;
        break;
      }
    }
    if (share <= 1e-9) {
      break;  // as low as numbers go
    }
  }
  LinearBoundary boundary;
  boundary.offset = x.back();
  x.pop_back();
  boundary.normal = std::move(x);
  return boundary;
}

}  // namespace loom::model
