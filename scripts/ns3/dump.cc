// Prints path losses and LOS probabilities of ns-3 over a grid as JSON; see README.md for how it is compiled.
#include "ns3/channel-condition-model.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/three-gpp-propagation-loss-model.h"
#include "ns3/three-gpp-v2v-propagation-loss-model.h"

#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <string>
#include <vector>

using namespace ns3;

static bool first = true;

static void
Row(const std::string& text)
{
    std::printf("%s    %s", first ? "\n" : ",\n", text.c_str());
    first = false;
}

static std::string
Format(const char* form, ...)
{
    char buffer[512];
    va_list arguments;
    va_start(arguments, form);
    std::vsnprintf(buffer, sizeof(buffer), form, arguments);
    va_end(arguments);
    return buffer;
}

// The loss without shadowing is asked for directly: DoCalcRxPower would add penetration and random shadowing.
static void
Losses(const std::string& name, Ptr<ThreeGppPropagationLossModel> model, double base, const std::vector<double>& heights,
       const std::vector<double>& frequencies, const std::vector<double>& distances)
{
    // Not asked, but a model without one crashes when it is disposed of.
    model->SetChannelConditionModel(CreateObject<AlwaysLosChannelConditionModel>());
    for (double frequency : frequencies)
    {
        model->SetFrequency(frequency * 1e9);
        for (double height : heights)
        {
            for (double distance : distances)
            {
                const double distance3d = std::hypot(distance, base - height);
                const double los = model->GetLossLos(distance, distance3d, height, base);
                const double nlos = model->GetLossNlos(distance, distance3d, height, base);
                Row(Format("{\"model\":\"%s\",\"frequencyGHz\":%g,\"distance2dM\":%g,\"baseHeightM\":%g,"
                           "\"terminalHeightM\":%g,\"losDb\":%.6f,\"nlosDb\":%.6f}",
                           name.c_str(), frequency, distance, base, height, los, nlos));
            }
        }
    }
}

static void
Probabilities(const std::string& name, Ptr<ThreeGppChannelConditionModel> model, double base,
              const std::vector<double>& heights, const std::vector<double>& distances)
{
    for (double height : heights)
    {
        for (double distance : distances)
        {
            auto one = CreateObject<ConstantPositionMobilityModel>();
            auto other = CreateObject<ConstantPositionMobilityModel>();
            one->SetPosition(Vector(0, 0, base));
            other->SetPosition(Vector(distance, 0, height));
            Row(Format("{\"model\":\"%s\",\"distance2dM\":%g,\"baseHeightM\":%g,\"terminalHeightM\":%g,\"los\":%.9f}",
                       name.c_str(), distance, base, height, model->ComputePlos(one, other)));
        }
    }
}

int
main()
{
    std::printf("{\n  \"about\": \"Path loss (dB, no shadowing) and LOS probability of ns-3 3.37 (Debian libns3-dev), "
                "dumped by scripts/ns3/dump.cc; how: scripts/ns3/README.md.\",\n  \"pathLoss\": [");
    Losses("UMa", CreateObject<ThreeGppUmaPropagationLossModel>(), 25, {1.5, 10}, {0.7, 3.5, 28},
           {10, 35, 100, 250, 500, 1200, 2500, 5000});
    Losses("UMi", CreateObject<ThreeGppUmiStreetCanyonPropagationLossModel>(), 10, {1.5, 7.5}, {0.7, 3.5, 28},
           {10, 35, 100, 250, 500, 1200, 2500, 5000});
    Losses("RMa", CreateObject<ThreeGppRmaPropagationLossModel>(), 35, {1.5, 5}, {0.7, 3.5, 7},
           {10, 35, 100, 500, 1200, 2500, 5000});
    Losses("InH", CreateObject<ThreeGppIndoorOfficePropagationLossModel>(), 3, {1, 1.5}, {0.7, 5, 60},
           {1, 3, 10, 25, 60, 120, 149});
    Losses("V2X urban", CreateObject<ThreeGppV2vUrbanPropagationLossModel>(), 1.5, {1.5}, {5.9, 28}, {10, 50, 200, 800});
    first = true;
    std::printf("\n  ],\n  \"losProbability\": [");
    const std::vector<double> outdoor = {5, 18, 19, 50, 100, 200, 500, 1000, 3000};
    Probabilities("UMa", CreateObject<ThreeGppUmaChannelConditionModel>(), 25, {1.5, 13, 18, 22.5}, outdoor);
    Probabilities("UMi", CreateObject<ThreeGppUmiStreetCanyonChannelConditionModel>(), 10, {1.5}, outdoor);
    Probabilities("RMa", CreateObject<ThreeGppRmaChannelConditionModel>(), 35, {1.5}, outdoor);
    const std::vector<double> indoor = {1, 1.2, 2, 5, 6.4, 6.5, 10, 30, 49, 60, 120};
    Probabilities("InH mixed", CreateObject<ThreeGppIndoorMixedOfficeChannelConditionModel>(), 3, {1}, indoor);
    Probabilities("InH open", CreateObject<ThreeGppIndoorOpenOfficeChannelConditionModel>(), 3, {1}, indoor);
    std::printf("\n  ]\n}\n");
    return 0;
}
