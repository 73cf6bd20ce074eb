// Asks KEDA's own scaler for what a trigger says, as often as a line comes in on standard input.
//
// The only argument is the trigger as a ScaledObject has it, in JSON. The first line of the answer is
// what KEDA tells the autoscaler to expect; each other one is a value, or the error in its place.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	autoscaling "k8s.io/api/autoscaling/v2"

	"github.com/kedacore/keda/v2/pkg/scalers"
	"github.com/kedacore/keda/v2/pkg/scalers/scalersconfig"
)

type trigger struct {
	Type       string                       `json:"type"`
	MetricType autoscaling.MetricTargetType `json:"metricType"`
	Metadata   map[string]string            `json:"metadata"`
}

type answer struct {
	Value  *float64 `json:"value,omitempty"`
	Active bool     `json:"active"`
	Error  string   `json:"error,omitempty"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: keda-scaler TRIGGER (JSON)")
	}
	var asked trigger
	if err := json.Unmarshal([]byte(os.Args[1]), &asked); err != nil {
		return fmt.Errorf("the trigger is no JSON: %w", err)
	}
	if asked.Type != "metrics-api" {
		return fmt.Errorf("%q is no trigger that this program knows", asked.Type)
	}
	scaler, err := scalers.NewMetricsAPIScaler(&scalersconfig.ScalerConfig{
		TriggerMetadata:   asked.Metadata,
		MetricType:        asked.MetricType,
		GlobalHTTPTimeout: 3 * time.Second,
	}, nil)
	if err != nil {
		return err
	}
	ctx := context.Background()
	defer scaler.Close(ctx)
	out := json.NewEncoder(os.Stdout)
	spec := scaler.GetMetricSpecForScaling(ctx)[0].External
	if err := out.Encode(spec); err != nil {
		return err
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if err := out.Encode(ask(ctx, scaler, spec.Metric.Name)); err != nil {
			return err
		}
	}
	return nil
}

func ask(ctx context.Context, scaler scalers.Scaler, name string) answer {
	metrics, active, err := scaler.GetMetricsAndActivity(ctx, name)
	if err != nil {
		return answer{Error: err.Error()}
	}
	value := metrics[0].Value.AsApproximateFloat64()
	return answer{Value: &value, Active: active}
}
